import { TOTAL } from '../entropy/index.js';
import { SCALE_UNIT } from './context-model.js';
import { type Cumulative, findEntry, Logistics } from './logistics.js';
import type { MixtureTables } from './mixture-tables.js';

/** Smallest sharpness, 1/256 of a binary logarithm: 2^−4 a symbol. */
const MIN_SHARPNESS = -1024;

/** The symbols of a channel at a quality: entry 0 escapes below, 1.. are `min`.., the last escapes above. */
export interface Entries {
  /** int32, smallest regular symbol. */
  readonly min: number;
  /** Number of entries, 3..4096. */
  readonly count: number;
}

/** The distribution of one symbol. */
export interface Distribution extends Entries, Cumulative {
  /**
   * Cumulative frequency of the entries before `entry`, 0..count: strictly increasing from 0 to 65536, because the
   * logistic table never falls and every entry has 1 of its own.
   */
  cumulative(entry: number): number;
  /** The entry whose interval holds the slot, 0..65535. */
  find(slot: number): number;
}

/**
 * The distribution of one symbol: a mixture of logistic distributions, as cumulative frequencies that are found where
 * they are needed (FORMAT.md, "Context model"). int32 throughout; used anew for each symbol.
 */
export class Mixture implements Distribution {
  readonly #components: number;
  readonly #logistics: Logistics;
  #min = 0;
  #count = 3;

  constructor(components: number, tables: MixtureTables) {
    this.#components = components;
    this.#logistics = new Logistics(components, 0, MIN_SHARPNESS, tables);
  }

  get min(): number {
    return this.#min;
  }

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
    const [logistics, components] = [this.#logistics, this.#components];
    logistics.setWeights(outputs);
    for (let i = 0; i < components; i++) {
      // The quotient of two int32 rounds to the right side of every integer.
      logistics.means[i] = Math.floor((outputs[components + i]! * SCALE_UNIT) / scale);
      logistics.setSharpness(i, outputs[2 * components + i]! + log2Scale);
    }
  }

  cumulative(entry: number): number {
    if (entry <= 0) return 0;
    if (entry >= this.#count) return TOTAL;
    // The symbol's lower edge, half a symbol below it, in 1/256 symbols.
    const sum = this.#logistics.below((2 * (this.#min + entry - 1) - 1) * 128);
    // sum ≤ 2^30, so the product is below 2^32 and imul keeps all of it.
    return entry + (Math.imul(sum >>> 14, TOTAL - this.#count) >>> 16);
  }

  find(slot: number): number {
    // Most symbols lie at the mean of the heaviest component, so the search begins there.
    return findEntry(this, slot, this.#likely(), 0, this.#count);
  }

  /** The entry at the mean of the heaviest component. */
  #likely(): number {
    const symbol = (this.#logistics.means[this.#logistics.heaviest]! + 128) >> 8;
    return Math.max(0, Math.min(this.#count - 1, symbol - this.#min + 1));
  }
}
