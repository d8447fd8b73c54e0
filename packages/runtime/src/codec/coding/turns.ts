import { checkNotAborted } from '../../checks.js';
import type { Steps } from '../../entropy/index.js';
import { yieldTurn } from '../../provider/yield-turn.js';
import type { CallOptions } from './coding-context.js';

/** Longest time that symbols are coded before others get their turn, milliseconds. */
const TURN_MS = 30;

/**
 * Does a long task piece by piece, so that the thread's other work goes on and the call can be stopped.
 * @param total symbols in all, which are `images` images.
 * @throws ConvaeError ABORTED, and what the task throws.
 */
export async function inTurns<T>(
  steps: Steps<T>,
  total: number,
  { signal, onProgress }: CallOptions,
  images = 1,
): Promise<T> {
  let coded = 0;
  let turnEnds = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      onProgress?.(images);
      return value;
    }
    coded += value;
    if (performance.now() < turnEnds) continue;
    onProgress?.((images * coded) / total);
    await yieldTurn();
    checkNotAborted(signal);
    turnEnds = performance.now() + TURN_MS;
  }
}
