import { Worker } from 'node:worker_threads';
import { aborted, checkNotAborted } from '../../checks.js';
import { ConvaeError } from '../../errors.js';
import { unpackError } from '../../messages/errors.js';
import { pack } from '../../messages/transfer.js';
import { firstLine } from '../../provider/graph-session.js';
import type { Answer, Order, TaskName, Tasks, ThreadData } from './messages.js';

/** Longest time that the end of the process waits for a thread, milliseconds. */
const LAST_WAIT_MS = 10_000;

/** A task under way, stopped ones until the thread has left them; only what comes first counts. */
interface Job {
  resolve(value: never): void;
  reject(reason: unknown): void;
}

/**
 * A thread with a codec of its own, seen from outside. Idle, it does not keep the process alive. It is never ended from
 * outside, but asked to end: it leaves what it does, frees what it holds, and goes.
 */
export class Thread {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, Job>();
  /** As `ThreadEnd`. */
  readonly #ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #exit: Promise<void>;
  #jobCount = 0;
  #failure: unknown;
  #ending = false;
  #gone = false;

  /** @param onExit called when it has ended, for whatever reason. */
  constructor(script: URL, data: ThreadData, onExit: (thread: Thread) => void) {
    // Of Node's own arguments, some (--input-type) keep a script from loading.
    this.#worker = new Worker(script, { workerData: { ...data, ended: this.#ended }, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#exit = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#gone = true;
        this.#rejectAll(lostThread(this.#failure));
        onExit(this);
        resolve();
      });
    });
  }

  /** Tasks under way, stopped ones too. */
  get load(): number {
    return this.#jobs.size;
  }

  /**
   * Gives the thread a task. Arrays are copied before this returns.
   * @param signals each of which stops it.
   * @throws ConvaeError ABORTED; RUN_FAILED where the thread ends by itself; what the task throws.
   */
  async run<Name extends TaskName>(
    name: Name,
    given: Tasks[Name]['given'],
    signals: readonly AbortSignal[] = [],
  ): Promise<Tasks[Name]['result']> {
    for (const signal of signals) checkNotAborted(signal);
    if (this.#gone) throw lostThread(this.#failure);
    const id = this.#jobCount++;
    const { value, transfer } = pack(given, false);
    this.#post({ id, name, given: value } as Order, transfer);
    this.#worker.ref();
    const stop = ({ target }: Event): void => {
      this.#post({ stop: id });
      this.#jobs.get(id)?.reject(aborted(target as AbortSignal));
    };
    for (const signal of signals) signal.addEventListener('abort', stop);
    try {
      return await new Promise((resolve, reject) => this.#jobs.set(id, { resolve, reject }));
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', stop);
    }
  }

  /** Asks it to end; resolves when it has. Tasks under way reject with the reason. */
  async end(reason: ConvaeError): Promise<void> {
    if (!this.#gone) {
      this.#ending = true;
      this.#worker.ref();
      this.#post({ end: true });
      this.#rejectAll(reason);
    }
    await this.#exit;
  }

  /** The same at the end of the process, which waits for no promise. */
  endNow(): void {
    if (this.#gone) return;
    this.#post({ end: true });
    Atomics.wait(this.#ended, 0, 0, LAST_WAIT_MS);
  }

  #post(order: Order, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(order, transfer);
  }

  #settle(answer: Answer): void {
    const job = this.#jobs.get(answer.id);
    this.#jobs.delete(answer.id);
    if (this.#jobs.size === 0 && !this.#ending) this.#worker.unref();
    if ('error' in answer) job?.reject(unpackError(answer.error));
    else job?.resolve(answer.value as never);
  }

  #rejectAll(reason: ConvaeError): void {
    for (const { reject } of this.#jobs.values()) reject(reason);
  }
}

function lostThread(cause: unknown): ConvaeError {
  const why = cause === undefined ? '' : `: ${firstLine(cause)}`;
  return new ConvaeError('RUN_FAILED', `a thread of the codec ended${why}`, { cause });
}
