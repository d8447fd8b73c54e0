import { checkNotAborted } from '../../checks.js';
import type { CodingContext, Part, PartTask } from '../../codec/coding/index.js';
import { sliceBatch } from '../../image.js';
import type { Thread } from './thread.js';

/** Threads as a call sees them. */
export interface ReadyThreads {
  readonly count: number;
  /**
   * Whether they work, in a call that has worked here so long and would work so long without them, milliseconds. They start
   * where it is time.
   * @throws ConvaeError where they could not start.
   */
  ready(elapsed: number, left: number): boolean;
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

/** How long parts have taken here, and will take: told by the last one. */
class Clock {
  #elapsed = 0;
  /** Milliseconds of a pixel. */
  #pace = 0;

  get elapsed(): number {
    return this.#elapsed;
  }

  /** Milliseconds for so many pixels; for an unknown number more than any threshold. */
  timeFor(pixels: number | undefined): number {
    return pixels === undefined ? Number.POSITIVE_INFINITY : pixels * this.#pace;
  }

  async timed<R>(pixels: number, task: Promise<R>): Promise<R> {
    const start = performance.now();
    const result = await task;
    const taken = performance.now() - start;
    this.#elapsed += taken;
    this.#pace = taken / pixels;
    return result;
  }
}

/** As `inOrder`: parts before the threads work here, the rest there, as many at once as keep them busy. */
export async function* shareInOrder<T extends Part, R>(
  threads: ReadyThreads,
  context: CodingContext,
  parts: AsyncIterable<T>,
  task: PartTask<T, R>,
): AsyncGenerator<R, void, undefined> {
  const [clock, stop, under] = [new Clock(), new AbortController(), new Window<R>()];
  const there = contextOf(threads, context, stop.signal);
  try {
    for await (const part of parts) {
      const { pixels, left } = part;
      const here = pixels > MAX_PART_PIXELS || !threads.ready(clock.elapsed, clock.timeFor(left));
      under.add(here ? clock.timed(pixels, task(part, context)) : task(part, there));
      yield* under.until(here ? 0 : threads.count + 1);
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
