import { findEntry, Logistics, WEIGHT_TOTAL } from '../context/logistics.js';
import { mixtureTables } from '../context/mixture-tables.js';
import { TOTAL } from '../entropy/index.js';

/** Smallest sharpness, 1/256 of a binary logarithm: 2^−8 a grey level. */
const MIN_SHARPNESS = -2048;
/** The whole probability: the sum of the weights times the largest value of a logistic. */
const ALL = WEIGHT_TOTAL * 32768;
/** The values that are neither 0 nor 255: 1..254. */
const [FIRST, END] = [1, 255];
/** First of the three values that share the weight of white. */
const FIRST_WHITE = 253;

/**
 * The distribution of one value, 0..255: logistic distributions, a point mass at 0 and one spread over 253..255, as three
 * questions: is it 0, is it 255, and which of the others (FORMAT.md, "Distribution of a value"). Integers, used anew for each.
 */
export class PixelMixture {
  readonly #components: number;
  readonly #logistics: Logistics;
  #zero = 1;
  #white = 1;
  /** Σ weight · logistic below value 1. */
  #start = 0;
  /** The probability of 0, of {@link ALL}. */
  #ofZero = 0;
  /** A third of the weight of white. */
  #third = 0;
  /** The probability of 1..254 together, of {@link ALL}; at least 1. */
  #inside = 1;

  constructor(components: number) {
    this.#components = components;
    this.#logistics = new Logistics(components, 2, MIN_SHARPNESS, mixtureTables());
  }

  /** Frequency of 0 of 65536, 1..65535. */
  get zero(): number {
    return this.#zero;
  }

  /** Frequency of 255 of 65536 where the value is not 0, 1..65535. */
  get white(): number {
    return this.#white;
  }

  /**
   * Takes the distribution that the network's outputs describe.
   * @param outputs int32, 3K + 2: weights and sharpnesses as logarithms, means above their bases, all in 1/256.
   * @param bases 0..255 each, the values that the means are measured from in turn.
   */
  set(outputs: Int32Array, bases: Uint8Array): void {
    const [logistics, components] = [this.#logistics, this.#components];
    logistics.setWeights(outputs);
    for (let i = 0; i < components; i++) {
      logistics.means[i] = 256 * bases[i % bases.length]! + outputs[components + i]!;
      logistics.setSharpness(i, outputs[2 * components + i]!);
    }
    this.#setQuestions();
  }

  #setQuestions(): void {
    const { weights } = this.#logistics;
    const zero = weights[this.#components]!;
    const white = weights[this.#components + 1]!;
    this.#start = this.#below(FIRST);
    this.#third = Math.floor((white * 32768) / 3);
    const ofZero = zero * 32768 + this.#start;
    this.#ofZero = ofZero;
    const inside = this.#below(END) - this.#start + 2 * this.#third;
    const rest = Math.max(1, ALL - ofZero);
    this.#zero = frequency(ofZero, ALL);
    // Exact: the product is below 2^46, and rounding a quotient of such integers never reaches the next one.
    this.#white = frequency(ALL - ofZero - inside, rest);
    this.#inside = Math.max(1, inside);
  }

  /** Σ weight · logistic at the lower edge of a value. */
  #below(value: number): number {
    return this.#logistics.below((2 * value - 1) * 128);
  }

  /** Probability of a value, 0..255, of 2^30. */
  mass(value: number): number {
    if (value === 0) return this.#ofZero;
    if (value === END) return Math.max(0, ALL - this.#ofZero - this.#inside);
    const white = value >= FIRST_WHITE ? this.#third : 0;
    return this.#below(value + 1) - this.#below(value) + white;
  }

  /** Cumulative frequency of the values 1.. before `value`, 1..255, where it is neither 0 nor 255: 0 to 65536. */
  cumulative(value: number): number {
    if (value <= FIRST) return 0;
    if (value >= END) return TOTAL;
    const white = value > FIRST_WHITE ? this.#third : 0;
    const below = this.#below(value) - this.#start + white;
    // Strictly increasing: each value has 1 of its own. Exact as above.
    return value - FIRST + Math.floor((below * (TOTAL - END + FIRST)) / this.#inside);
  }

  /** The value, 1..254, whose interval holds the slot, 0..65535. */
  find(slot: number): number {
    const { means, heaviest } = this.#logistics;
    const likely = ((means[heaviest] ?? 256 * FIRST_WHITE) + 128) >> 8;
    return findEntry(this, slot, Math.max(FIRST, Math.min(END - 1, likely)), FIRST, END);
  }
}

/** A probability as a frequency of 65536 that leaves both answers possible. */
const frequency = (part: number, whole: number): number =>
  Math.max(1, Math.min(TOTAL - 1, Math.floor((part * TOTAL) / whole)));
