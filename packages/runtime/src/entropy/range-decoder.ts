import { ConvaeError } from '../errors.js';
import { shortestPoint } from './shortest-point.js';

// The constants are those of range-encoder.ts, local because V8 folds no imported ones: measured, decoding is 1.2× slower
// with those.
const TOTAL = 2 ** 16;
const WORD = 2 ** 16;
const TOP = 2 ** 48;
const BOTTOM = 2 ** 32;
const WINDOW_BYTES = 6;

/** Where a decoder is: integers below 2^48, and how many bytes were read. */
export interface DecoderState {
  readonly code: number;
  readonly range: number;
  readonly at: number;
}

/**
 * Range decoder, the mirror of `RangeEncoder`: `slot()`, look the symbol up, `consume()` its interval, at the
 * end `finish()`. Up to six bytes past the end read as zero, the most that an encoder leaves out; more is an error.
 */
export class RangeDecoder {
  readonly bytes: Uint8Array;
  #at = 0;
  /** The code word's window minus the encoder's low: 0 ≤ code < range. */
  #code = 0;
  #range = TOP;
  #step = BOTTOM;

  /** @param bytes uint8, a whole code word and nothing else. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    while (this.#at < WINDOW_BYTES) this.#code = this.#code * WORD + this.#nextWord();
  }

  /** Where it is; it goes on from any other place that a decoder of the same bytes came to. */
  get state(): DecoderState {
    return { code: this.#code, range: this.#range, at: this.#at };
  }

  set state({ code, range, at }: DecoderState) {
    [this.#code, this.#range, this.#at] = [code, range, at];
  }

  /** How many bytes past the end were read as zeros. */
  get overread(): number {
    return Math.max(0, this.#at - this.bytes.length);
  }

  /**
   * The next symbol's position in [0, 2^16): the symbol whose cumulative interval holds it comes next.
   * @throws ConvaeError DATA_INVALID where no encoder would have written these bytes.
   */
  slot(): number {
    this.#step = Math.floor(this.#range / TOTAL);
    // Exact: code < range, so the quotient is below 2^16 + 1, and unless whole it lies 1 / step > 2^-32 or more below
    // the next integer, further than a double rounds.
    const slot = (this.#code / this.#step) | 0;
    if (slot >= TOTAL) throw damaged();
    return slot;
  }

  /**
   * Removes the symbol that owns [cdfLow, cdfHigh): integers with 0 ≤ cdfLow ≤ slot() < cdfHigh ≤ 65536, not checked.
   */
  consume(cdfLow: number, cdfHigh: number): void {
    this.#code -= this.#step * cdfLow;
    this.#range = this.#step * (cdfHigh - cdfLow);
    if (this.#range < BOTTOM) {
      this.#code = this.#code * WORD + this.#nextWord();
      this.#range *= WORD;
    }
  }

  /** Decodes `count` (1..16) equally probable bits. */
  decodeBits(count: number): number {
    const shift = 16 - count;
    const value = this.slot() >>> shift;
    this.consume(value << shift, (value + 1) << shift);
    return value;
  }

  /**
   * Ends decoding: the bytes must be exactly those the encoder writes for the symbols decoded. No bits are spent on
   * redundancy, but damage seldom leaves both the length and the last bytes right.
   * @throws ConvaeError DATA_INVALID.
   */
  finish(): void {
    // Of the window only the first two bytes are written.
    const written = this.bytes.length - (this.#at - WINDOW_BYTES);
    const padded = written > 0 && this.bytes[this.bytes.length - 1] === 0;
    const window = this.#window();
    const low = (window - this.#code + TOP) % TOP;
    if (written > 2 || padded || shortestPoint(low, this.#range) % TOP !== window) throw damaged();
  }

  /** The last six bytes read, as a number. */
  #window(): number {
    let window = 0;
    for (let i = this.#at - WINDOW_BYTES; i < this.#at; i++) window = window * 256 + (this.bytes[i] ?? 0);
    return window;
  }

  #nextWord(): number {
    const at = this.#at;
    this.#at = at + 2;
    const { length } = this.bytes;
    if (at + 1 < length) return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
    if (at + 2 > length + WINDOW_BYTES) throw damaged();
    return at < length ? this.bytes[at]! << 8 : 0;
  }
}

/** What is thrown where no encoder would have written these bytes. */
export function damaged(): ConvaeError {
  return new ConvaeError('DATA_INVALID', 'the entropy-coded bytes are damaged or cut short');
}
