import { checkNotAborted } from '../../checks.js';
import type { Steps } from '../../entropy/index.js';
import { yieldTurn } from '../../provider/yield-turn.js';
import type { CallOptions } from './coding-context.js';

/** Longest time that symbols are coded or searched before others get their turn, milliseconds. */
const TURN_MS = 30;
/** Most symbols that are coded before that: what is told of a large image does not depend on the machine's speed alone. */
const TURN_SYMBOLS = 1 << 14;

/** Turns of others within a long task: where one is due, the task waits for it. */
export interface Turns {
  due(): boolean;
  /** @throws ConvaeError ABORTED. */
  take(): Promise<void>;
}

/** Begins to count the time until the next turn of others. */
export function createTurns(signal: AbortSignal | undefined): Turns {
  let ends = performance.now() + TURN_MS;
  return {
    due: () => performance.now() >= ends,
    take: async () => {
      await yieldTurn();
      checkNotAborted(signal);
      ends = performance.now() + TURN_MS;
    },
  };
}

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
  let [coded, since] = [0, 0];
  const turns = createTurns(signal);
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      onProgress?.(images);
      return value;
    }
    coded += value;
    since += value;
    if (since < TURN_SYMBOLS && !turns.due()) continue;
    since = 0;
    onProgress?.((images * coded) / total);
    await turns.take();
  }
}
