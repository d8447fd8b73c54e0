import { checkNotAborted } from '../../checks.js';
import type { CodingContext, Part, PartTask } from '../../codec/coding/index.js';
import { sliceBatch } from '../../image.js';
import type { Thread } from './thread.js';

/** Threads as a call sees them. */
export interface ReadyThreads {
  readonly count: number;
  /**
   * Whether they work, in a call that has taken so long, milliseconds. They start where it is time.
   * @throws ConvaeError where they could not start.
   */
  ready(elapsed: number): boolean;
  /** The one that has least to do. @throws ConvaeError DISPOSED. */
  next(): Thread;
}

/** Most pixels of a part that is worked on beside others: they are all in memory. */
const MAX_PART_PIXELS = 1 << 25;

/** Results of tasks that are under way, in order. */
class Window<R> {
  #results: Promise<R>[] = [];

  get size(): number {
    return this.#results.length;
  }

  add(result: Promise<R>): void {
    // Where an earlier one fails, nobody waits for this one any more.
    result.catch(() => undefined);
    this.#results.push(result);
  }

  /** The results until so many are left; none are where one of them fails. */
  async *until(left: number): AsyncGenerator<R, void, undefined> {
    while (this.#results.length > left)
      yield await this.#results.shift()!.catch((error: unknown) => {
        this.#results = [];
        throw error;
      });
  }
}

/** As `inOrder`: the first part and others before the threads work here, the rest there, as many at once as keep them busy. */
export async function* shareInOrder<T extends Part, R>(
  threads: ReadyThreads,
  context: CodingContext,
  parts: AsyncIterable<T>,
  task: PartTask<T, R>,
): AsyncGenerator<R, void, undefined> {
  const [start, stop, under] = [performance.now(), new AbortController(), new Window<R>()];
  const there = contextOf(threads, context, stop.signal);
  let alone = true;
  try {
    for await (const part of parts) {
      const here = alone || part.pixels > MAX_PART_PIXELS || !threads.ready(performance.now() - start);
      under.add(task(part, here ? context : there));
      yield* under.until(here ? 0 : threads.count + 1);
      alone = false;
    }
    yield* under.until(0);
  } catch (error) {
    // What lies before the damage is given.
    yield* under.until(0);
    throw error;
  } finally {
    stop.abort();
  }
}

/** A context whose work threads do. Progress it leaves to whoever has the results. */
function contextOf(threads: ReadyThreads, context: CodingContext, stopped: AbortSignal): CodingContext {
  const signals = (signal: AbortSignal | undefined): AbortSignal[] =>
    signal ? [signal, stopped] : [stopped];
  return {
    ...context,
    encode: async function* (images, each, settings, { effort, signal }) {
      yield* await threads.next().run('encode', { images, each, settings, effort }, signals(signal));
    },
    decode: async (payload, coded, options) => {
      const images = await threads.next().run('decode', { payload, coded }, signals(options.signal));
      return {
        images: async function* (start, end, { signal }) {
          checkNotAborted(signal);
          yield start === 0 && end === images.count ? images : sliceBatch(images, start, end);
        },
      };
    },
  };
}
