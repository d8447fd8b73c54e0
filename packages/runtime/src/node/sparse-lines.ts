/** Lines no more often than once in so many seconds: for where there is no terminal. */
export class SparseLines {
  readonly #seconds: number;
  readonly #print: (line: string) => void;
  #last: number;

  /**
   * @param first whether the first line waits too.
   * @param print to standard error where left out.
   */
  constructor(
    seconds: number,
    first: 'at-once' | 'waits' = 'waits',
    print: (line: string) => void = console.error,
  ) {
    this.#seconds = seconds;
    this.#print = print;
    this.#last = first === 'waits' ? performance.now() : Number.NEGATIVE_INFINITY;
  }

  /** Prints the line where it is time for one. */
  maybe(line: () => string): void {
    if (performance.now() - this.#last >= this.#seconds * 1000) this.say(line());
  }

  /** Prints a line now. */
  say(line: string): void {
    this.spoke();
    this.#print(line);
  }

  /** Counts as a line what was printed elsewhere. */
  spoke(): void {
    this.#last = performance.now();
  }
}
