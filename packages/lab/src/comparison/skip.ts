import { ConvaeError } from '@convae/runtime';
import { isDefect } from '@convae/train/kit';
import type { Skipped } from './result.js';

/**
 * The entry for what a codec could not do.
 * @throws the error itself where it is a defect of ours, or results cannot be kept.
 */
export function skippedBy(label: string, error: unknown): Skipped {
  const unwritten = error instanceof ConvaeError && error.code === 'WRITE_FAILED';
  if (unwritten || isDefect(error)) throw error;
  return { label, reason: (error as Error).message };
}
