import { ConvaeError } from '../errors.js';
import { ByteSink } from './byte-sink.js';

// Why a range coder: measured against rANS (two states in turn) it decodes at 0.45 to 0.7 of its speed, still above
// 20 million symbols a second, but ends a stream 0.3 bytes above the ideal where rANS ends 2 above: an image takes 10.
//
// The coder's window is 48 bits, written in words of 16. Every value is an integer below 2^50, exact in a double.
// The constants are local because V8 folds no imported ones: measured, decoding is 1.2× slower with those.
const TOTAL = 2 ** 16;
const WORD = 2 ** 16;
/** low lives in [0, 2^48), plus a carry not yet written; range in [2^32, 2^48] between symbols. */
const TOP = 2 ** 48;
const BOTTOM = 2 ** 32;
const WINDOW_BYTES = 6;

/**
 * Range encoder: narrows [low, low + range) by one cumulative interval a symbol and writes the shortest number in it.
 * Integer arithmetic only: every value is an integer below 2^49, exact in a double (FORMAT.md, "Entropy coder").
 *
 * Source: G. N. N. Martin, "Range encoding" (1979); carries are propagated into the bytes written.
 */
export class RangeEncoder {
  #low = 0;
  #range = TOP;
  readonly #sink: ByteSink;

  constructor(sink: ByteSink = new ByteSink()) {
    this.#sink = sink;
  }

  /**
   * Encodes a symbol that owns the cumulative interval [cdfLow, cdfHigh) of [0, 2^16).
   * @throws RangeError unless 0 ≤ cdfLow < cdfHigh ≤ 65536, both integers.
   */
  encode(cdfLow: number, cdfHigh: number): void {
    if (!(cdfLow >= 0 && cdfLow < cdfHigh && cdfHigh <= TOTAL)) throw badInterval(cdfLow, cdfHigh);
    // range ≥ 2^32, so step ≥ 2^16: rounding it down costs below 2^-16 of the range.
    const step = Math.floor(this.#range / TOTAL);
    this.#low += step * cdfLow;
    this.#range = step * (cdfHigh - cdfLow);
    if (this.#range < BOTTOM) this.#renormalise();
  }

  /**
   * Encodes the low `count` bits of an unsigned value, all values equally probable.
   * @throws RangeError unless 1 ≤ count ≤ 16 and 0 ≤ value < 2^count.
   */
  encodeBits(value: number, count: number): void {
    const unit = TOTAL >>> count;
    this.encode(value * unit, (value + 1) * unit);
  }

  /**
   * Ends the code word with 0 to 2 bytes and returns its bytes, the only ones that the decoder accepts.
   * Only the last word's zero bytes are left out, so the decoder knows the length that its symbols must have.
   */
  finish(): Uint8Array {
    this.#write(shortestPoint(this.#low, this.#range));
    return this.#sink.bytes(2);
  }

  #renormalise(): void {
    this.#low = this.#write(this.#low) * WORD;
    // The interval held at least 2^16 numbers (step ≥ 2^16), so one word brings it back to 2^32 or more.
    this.#range *= WORD;
  }

  /** Writes the top word of a 48-bit number, its carry first, and returns the 32 bits left. */
  #write(value: number): number {
    const carry = value >= TOP;
    if (carry) this.#sink.carry();
    const rest = carry ? value - TOP : value;
    const word = Math.floor(rest / BOTTOM);
    this.#sink.pushWord(word);
    return rest - word * BOTTOM;
  }
}

/**
 * Range decoder, the mirror of {@link RangeEncoder}: `slot()`, look the symbol up, `consume()` its interval, at the
 * end `finish()`. Up to six bytes past the end read as zero, the most that an encoder leaves out; more is an error.
 */
export class RangeDecoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The code word's window minus the encoder's low: 0 ≤ code < range. */
  #code = 0;
  #range = TOP;
  #step = BOTTOM;

  /** @param bytes uint8, a whole code word and nothing else. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    while (this.#at < WINDOW_BYTES) this.#code = this.#code * WORD + this.#nextWord();
  }

  /** How many bytes past the end were read as zeros. */
  get overread(): number {
    return Math.max(0, this.#at - this.#bytes.length);
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
    const written = this.#bytes.length - (this.#at - WINDOW_BYTES);
    const padded = written > 0 && this.#bytes[this.#bytes.length - 1] === 0;
    const window = this.#window();
    const low = (window - this.#code + TOP) % TOP;
    if (written > 2 || padded || shortestPoint(low, this.#range) % TOP !== window) throw damaged();
  }

  /** The last six bytes read, as a number. */
  #window(): number {
    let window = 0;
    for (let i = this.#at - WINDOW_BYTES; i < this.#at; i++) window = window * 256 + (this.#bytes[i] ?? 0);
    return window;
  }

  #nextWord(): number {
    const at = this.#at;
    this.#at = at + 2;
    const { length } = this.#bytes;
    if (at + 1 < length) return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
    if (at + 2 > length + WINDOW_BYTES) throw damaged();
    return at < length ? this.#bytes[at]! << 8 : 0;
  }
}

function damaged(): ConvaeError {
  return new ConvaeError('DATA_INVALID', 'the entropy-coded bytes are damaged or cut short');
}

/**
 * The number in [low, low + range) that ends in the most zero bytes; it may equal 2^48 (a carry).
 * range ≥ 2^32 holds a multiple of 2^32, so at most two bytes of it are not zero.
 */
function shortestPoint(low: number, range: number): number {
  for (const unit of [TOP, TOP / 2 ** 8]) {
    const point = Math.ceil(low / unit) * unit;
    if (point < low + range) return point;
  }
  return Math.ceil(low / BOTTOM) * BOTTOM;
}

function badInterval(cdfLow: number, cdfHigh: number): RangeError {
  return new RangeError(
    `expected 0 ≤ cdfLow < cdfHigh ≤ ${TOTAL} for the interval, received [${cdfLow}, ${cdfHigh})`,
  );
}
