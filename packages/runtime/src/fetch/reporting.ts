import type { LoadProgress, OnProgress } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';

/**
 * Runs a loading that reports its progress. An error of `onProgress` becomes ABORTED on its way up, so that nothing else
 * is tried; in the end the caller gets their own error.
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
