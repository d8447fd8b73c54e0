import type { CodedSize } from '../../bitstream/index.js';
import type { CodingContext, Part, PartTask, Threads } from '../../codec/coding/index.js';
import { ConvaeError } from '../../errors.js';
import { DEFAULT_BATCH_SIZE, imagesAtOnce } from '../../provider/batch.js';
import type { ThreadData } from './messages.js';
import { type ReadyThreads, shareInOrder } from './share.js';
import { Thread } from './thread.js';

/** How the threads of a codec start. */
export interface Threading {
  /**
   * They start in calls that have worked so long, milliseconds, and have three times as much left to do; 200 where left
   * out. Starting takes about as much.
   */
  readonly startAfter?: number | undefined;
  /** The script of a thread. */
  readonly script?: URL | undefined;
}

const START_AFTER_MS = 200;

/** So many times what starting takes must be left to do, or two threads save nothing. */
const WORTH = 3;

/** Pixels of the images that a thread takes of a batch at a time, where they are small. */
const PART_PIXELS = 1 << 18;

/** Threads for bulk work, each with a codec of its own that computes the same as any. */
export class ThreadPool implements Threads, ReadyThreads {
  readonly count: number;
  readonly #data: ThreadData;
  readonly #startAfter: number;
  readonly #script: URL;
  readonly #threads = new Set<Thread>();
  /** Whether one of them works. */
  #open = false;
  /** Why they did not open; the next call is told. */
  #failure: Error | undefined;
  #disposed = false;

  constructor(data: ThreadData, count: number, { startAfter, script }: Threading = {}) {
    this.count = count;
    this.#data = data;
    this.#startAfter = startAfter ?? START_AFTER_MS;
    this.#script = script ?? new URL('./script.js', import.meta.url);
  }

  inOrder<T extends Part, R>(
    context: CodingContext,
    parts: AsyncIterable<T>,
    task: PartTask<T, R>,
  ): AsyncGenerator<R, void, undefined> {
    return shareInOrder(this, context, parts, task);
  }

  partImages(size: CodedSize): number {
    // Whole runs of the networks: a batch is cut into the same runs as without threads.
    const step = imagesAtOnce(this.#data.options.batchSize ?? DEFAULT_BATCH_SIZE, size);
    return step * Math.max(1, Math.floor(PART_PIXELS / (size.height * size.width * step)));
  }

  ready(elapsed: number, left: number): boolean {
    if (this.#disposed || (this.#threads.size === 0 && !this.#worthIt(elapsed, left))) return false;
    this.#throwFailure();
    this.#start();
    // Where they start at once, the call waits for them.
    return this.#open || this.#startAfter === 0;
  }

  next(): Thread {
    if (this.#disposed) throw disposed();
    this.#start();
    return [...this.#threads].reduce((least, thread) => (thread.load < least.load ? thread : least));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#threads].map((thread) => thread.end(disposed())));
  }

  /** Never with the first part of a call, which has taken no time. */
  #worthIt(elapsed: number, left: number): boolean {
    return elapsed > 0 && elapsed >= this.#startAfter && left >= WORTH * this.#startAfter;
  }

  /** As many as there are to be. */
  #start(): void {
    if (this.#threads.size === 0) process.on('exit', this.#endNow);
    while (this.#threads.size < this.count) this.#add();
  }

  #add(): void {
    const thread = new Thread(this.#script, this.#data, () => this.#remove(thread));
    this.#threads.add(thread);
    thread.run('open', null).then(
      () => {
        this.#open = true;
      },
      (error: Error) => {
        if (!this.#disposed) this.#failure = error;
      },
    );
  }

  #remove(thread: Thread): void {
    this.#threads.delete(thread);
    if (this.#threads.size > 0) return;
    this.#open = false;
    process.off('exit', this.#endNow);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  /** A process does not end with threads at work: see `Thread`. */
  readonly #endNow = (): void => {
    for (const thread of this.#threads) thread.endNow();
  };
}

const disposed = (): ConvaeError => new ConvaeError('DISPOSED', 'the codec was used after dispose()');
