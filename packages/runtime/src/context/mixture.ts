import { TOTAL } from '../entropy/index.js';
import { FRACTION, SCALE_UNIT } from './context-model.js';
import type { MixtureTables } from './mixture-tables.js';

/** Sum of a mixture's weights. */
const WEIGHT_TOTAL = 32768;
/** Distances between an edge and a mean are clamped to ±this: 512 symbols, beyond which every logistic is flat. */
const MAX_DISTANCE = 1 << 17;
const MAX_ARGUMENT = 16383;
/** Bounds of a sharpness, 1/256 of a binary logarithm: 2^−4 to below 2^6 a symbol. */
const [MIN_SHARPNESS, MAX_SHARPNESS] = [-1024, 1535];

/** The symbols of a channel at a quality: entry 0 escapes below, 1.. are `min`.., the last escapes above. */
export interface Entries {
  /** int32, smallest regular symbol. */
  readonly min: number;
  /** Number of entries, 3..4096. */
  readonly count: number;
}

/**
 * The distribution of one symbol: a mixture of logistic distributions, as cumulative frequencies that are found where
 * they are needed (FORMAT.md, "Context model"). int32 throughout; used anew for each symbol.
 */
export class Mixture {
  readonly #tables: MixtureTables;
  readonly #components: number;
  /** Sum 32768. */
  readonly #weights: Int32Array;
  /** 1/256 symbols. */
  readonly #means: Int32Array;
  /** 256..511, and the shift that goes with it: together a scale. */
  readonly #mantissas: Int32Array;
  readonly #shifts: Int32Array;
  #min = 0;
  #count = 3;
  /** The first of the components with the largest weight. */
  #heaviest = 0;

  constructor(components: number, tables: MixtureTables) {
    this.#tables = tables;
    this.#components = components;
    this.#weights = new Int32Array(components);
    this.#means = new Int32Array(components);
    this.#mantissas = new Int32Array(components);
    this.#shifts = new Int32Array(components);
  }

  /** Smallest regular symbol. */
  get min(): number {
    return this.#min;
  }

  /** Number of entries. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes the distribution that the network's outputs describe.
   * @param outputs int32, 3K: weights and sharpnesses as logarithms, means in units, all in 1/256.
   * @param scale units in a symbol, in 1/64.
   * @param log2Scale the binary logarithm of the units in a symbol, 1/256.
   */
  set(outputs: Int32Array, entries: Entries, scale: number, log2Scale: number): void {
    this.#min = entries.min;
    this.#count = entries.count;
    this.#setWeights(outputs);
    const components = this.#components;
    for (let i = 0; i < components; i++) {
      // The quotient of two int32 rounds to the right side of every integer.
      this.#means[i] = Math.floor((outputs[components + i]! * SCALE_UNIT) / scale);
      const logarithm = outputs[2 * components + i]! + log2Scale;
      const sharpness = Math.max(MIN_SHARPNESS, Math.min(MAX_SHARPNESS, logarithm));
      this.#mantissas[i] = this.#tables.mantissas[sharpness & (FRACTION - 1)]!;
      this.#shifts[i] = 6 - (sharpness >> 8);
    }
  }

  /** 2^a of each weight's logarithm a, brought to the sum 32768; what rounding leaves goes to the first of the largest. */
  #setWeights(outputs: Int32Array): void {
    const weights = this.#weights;
    let largest = 0;
    for (let i = 1; i < weights.length; i++) if (outputs[i]! > outputs[largest]!) largest = i;
    this.#heaviest = largest;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const below = outputs[largest]! - outputs[i]!;
      const power = below >= 16 * FRACTION ? 0 : this.#tables.powers[below & (FRACTION - 1)]! >> (below >> 8);
      weights[i] = power;
      sum += power;
    }
    let left = WEIGHT_TOTAL;
    for (let i = 0; i < weights.length; i++) {
      weights[i] = Math.floor((weights[i]! * WEIGHT_TOTAL) / sum);
      left -= weights[i]!;
    }
    weights[largest]! += left;
  }

  /**
   * Cumulative frequency of the entries before `entry`, 0..count: strictly increasing from 0 to 65536, because the
   * logistic table never falls and every entry has 1 of its own.
   */
  cumulative(entry: number): number {
    if (entry <= 0) return 0;
    if (entry >= this.#count) return TOTAL;
    // The symbol's lower edge, half a symbol below it, in 1/256 symbols.
    const edge = (2 * (this.#min + entry - 1) - 1) * 128;
    const { logistic } = this.#tables;
    const weights = this.#weights;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const distance = Math.max(-MAX_DISTANCE, Math.min(MAX_DISTANCE, edge - this.#means[i]!));
      const argument = (distance * this.#mantissas[i]!) >> this.#shifts[i]!;
      const at = Math.max(-MAX_ARGUMENT, Math.min(MAX_ARGUMENT, argument)) + MAX_ARGUMENT + 1;
      const low = logistic[at >> 5]!;
      sum += weights[i]! * (low + (((logistic[(at >> 5) + 1]! - low) * (at & 31)) >> 5));
    }
    // sum ≤ 2^30, so the product is below 2^32 and imul keeps all of it.
    return entry + (Math.imul(sum >>> 14, TOTAL - this.#count) >>> 16);
  }

  /** The entry whose interval holds the slot, 0..65535. */
  find(slot: number): number {
    // Most symbols lie at the mean of the heaviest component, so the search begins there with steps that double.
    let low = this.#likely();
    let high = low + 1;
    for (let step = 1; this.cumulative(low) > slot; step *= 2) {
      high = low;
      low = Math.max(0, low - step);
    }
    for (let step = 1; this.cumulative(high) <= slot; step *= 2) {
      low = high;
      high = Math.min(this.#count, high + step);
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.cumulative(middle) <= slot) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The entry at the mean of the heaviest component. */
  #likely(): number {
    const symbol = (this.#means[this.#heaviest]! + 128) >> 8;
    return Math.max(0, Math.min(this.#count - 1, symbol - this.#min + 1));
  }
}
