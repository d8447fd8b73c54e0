import cliProgress from 'cli-progress';

/** A bar on standard error, from the first value shown to `stop`. */
export interface LiveBar {
  show(done: number, total: number, values: Readonly<Record<string, unknown>>): void;
  stop(): void;
}

/** A bar in the form of cli-progress; it is removed when it stops. */
export function liveBar(format: string): LiveBar {
  const options = { format, hideCursor: true, clearOnComplete: true };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  let running = false;
  return {
    show: (done, total, values) => {
      if (!running) bar.start(total, done, values);
      running = true;
      bar.update(done, values);
    },
    stop: () => {
      if (running) bar.stop();
      running = false;
    },
  };
}

/** Lines on standard error, no more often than once in so many seconds: for where there is no terminal. */
export class SparseLines {
  readonly #seconds: number;
  #last: number;

  /** @param first whether the first line waits too. */
  constructor(seconds: number, first: 'at-once' | 'waits' = 'waits') {
    this.#seconds = seconds;
    this.#last = first === 'waits' ? performance.now() : Number.NEGATIVE_INFINITY;
  }

  /** Prints the line where it is time for one. */
  maybe(line: () => string): void {
    if (performance.now() - this.#last >= this.#seconds * 1000) this.say(line());
  }

  /** Prints a line now. */
  say(line: string): void {
    this.spoke();
    console.error(line);
  }

  /** Counts as a line what was printed elsewhere. */
  spoke(): void {
    this.#last = performance.now();
  }
}
