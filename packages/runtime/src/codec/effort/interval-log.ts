import { type RangeEncoder, TOTAL } from '../../entropy/index.js';

/** What an encoder would be told of an image's symbols, kept until it is known that they are the ones to code. */
export class IntervalLog {
  /** uint32, each interval's start and end − 1. */
  #intervals: Uint32Array;
  #length = 0;

  /** @param capacity how many intervals it will hold, about. */
  constructor(capacity: number) {
    this.#intervals = new Uint32Array(capacity);
  }

  /** Keeps an interval, 0 ≤ low < high ≤ 65536. */
  encode(low: number, high: number): void {
    if (this.#length === this.#intervals.length) {
      const longer = new Uint32Array(2 * this.#length + 16);
      longer.set(this.#intervals);
      this.#intervals = longer;
    }
    this.#intervals[this.#length++] = low * TOTAL + high - 1;
  }

  /** Keeps bits, all values of them equally probable, as `RangeEncoder.encodeBits`. */
  encodeBits(value: number, count: number): void {
    const unit = TOTAL >>> count;
    this.encode(value * unit, (value + 1) * unit);
  }

  /** Encodes what was kept. */
  replay(encoder: RangeEncoder): void {
    for (let i = 0; i < this.#length; i++) {
      const interval = this.#intervals[i]!;
      encoder.encode(interval >>> 16, (interval & 0xffff) + 1);
    }
  }
}
