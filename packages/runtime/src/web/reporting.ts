import type { LoadProgress, OnProgress } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';

/**
 * Runs a loading that tells its progress. What `onProgress` throws, or rejects with, is ABORTED to all that stands
 * between, so that nothing else is tried, and in the end the caller's own error again.
 */
export async function reporting<T>(
  onProgress: OnProgress | undefined,
  load: (report: OnProgress) => Promise<T>,
): Promise<T> {
  let stopped: ConvaeError | undefined;
  const report = async (progress: LoadProgress): Promise<void> => {
    try {
      await onProgress?.(progress);
    } catch (cause) {
      stopped = new ConvaeError('ABORTED', 'stopped by onProgress', { cause });
      throw stopped;
    }
  };
  try {
    return await load(report);
  } catch (error) {
    throw error === stopped ? stopped?.cause : error;
  }
}
