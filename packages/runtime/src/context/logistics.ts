import { FRACTION } from './context-model.js';
import type { MixtureTables } from './mixture-tables.js';

/** Sum of a mixture's weights. */
export const WEIGHT_TOTAL = 32768;
/** Distances between an edge and a mean are clamped to ±this: 512 symbols, beyond which every logistic is flat. */
const MAX_DISTANCE = 1 << 17;
const MAX_ARGUMENT = 16383;
/** Largest sharpness, 1/256 of a binary logarithm: below 2^6 a symbol. */
const MAX_SHARPNESS = 1535;

/** A distribution as cumulative frequencies. */
export interface Cumulative {
  /** Frequency of all entries before one; strictly increasing. */
  cumulative(entry: number): number;
}

/**
 * Replaces logarithms a, 1/256, by 2^a brought to the sum 32768; what rounding leaves goes to the first of the largest, which
 * is returned.
 */
export function weigh(weights: Int32Array, { powers }: Pick<MixtureTables, 'powers'>): number {
  let largest = 0;
  for (let i = 1; i < weights.length; i++) if (weights[i]! > weights[largest]!) largest = i;
  const most = weights[largest]!;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const below = most - weights[i]!;
    const power = below >= 16 * FRACTION ? 0 : powers[below & (FRACTION - 1)]! >> (below >> 8);
    weights[i] = power;
    sum += power;
  }
  let left = WEIGHT_TOTAL;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.floor((weights[i]! * WEIGHT_TOTAL) / sum);
    left -= weights[i]!;
  }
  weights[largest]! += left;
  return largest;
}

/** Weighted logistic distributions in integers, used anew for each symbol (FORMAT.md, "Mixture"). */
export class Logistics {
  /** Sum 32768: of the components, then of what else shares it. */
  readonly weights: Int32Array;
  /** 1/256 symbols. */
  readonly means: Int32Array;
  /** The first of those with the largest weight. */
  heaviest = 0;
  readonly #tables: MixtureTables;
  readonly #components: number;
  readonly #minSharpness: number;
  /** 256..511, and the shift that goes with it: together a scale. */
  readonly #mantissas: Int32Array;
  readonly #shifts: Int32Array;

  /** @param others weights beside those of the components. */
  constructor(components: number, others: number, minSharpness: number, tables: MixtureTables) {
    this.weights = new Int32Array(components + others);
    this.means = new Int32Array(components);
    this.#tables = tables;
    this.#components = components;
    this.#minSharpness = minSharpness;
    this.#mantissas = new Int32Array(components);
    this.#shifts = new Int32Array(components);
  }

  /** Takes the sharpness of a component, a binary logarithm, 1/256. */
  setSharpness(component: number, logarithm: number): void {
    const sharpness = Math.max(this.#minSharpness, Math.min(MAX_SHARPNESS, logarithm));
    this.#mantissas[component] = this.#tables.mantissas[sharpness & (FRACTION - 1)]!;
    this.#shifts[component] = 6 - (sharpness >> 8);
  }

  /**
   * Takes 2^a of each weight's logarithm a, brought to the sum 32768; what rounding leaves goes to the first of the largest.
   * @param outputs the logarithms of the components' weights, and those of the others 3·components from the start.
   */
  setWeights(outputs: Int32Array): void {
    const weights = this.weights;
    const skipped = 2 * this.#components;
    for (let i = 0; i < weights.length; i++) weights[i] = outputs[i < this.#components ? i : i + skipped]!;
    this.heaviest = weigh(weights, this.#tables);
  }

  /** Σ weight · logistic at an edge, 1/256 symbols: at most 2^30, never falling with the edge. */
  below(edge: number): number {
    const { logistic } = this.#tables;
    const { weights, means } = this;
    let sum = 0;
    for (let i = 0; i < means.length; i++) {
      const distance = Math.max(-MAX_DISTANCE, Math.min(MAX_DISTANCE, edge - means[i]!));
      const argument = (distance * this.#mantissas[i]!) >> this.#shifts[i]!;
      const at = Math.max(-MAX_ARGUMENT, Math.min(MAX_ARGUMENT, argument)) + MAX_ARGUMENT + 1;
      const low = logistic[at >> 5]!;
      sum += weights[i]! * (low + (((logistic[(at >> 5) + 1]! - low) * (at & 31)) >> 5));
    }
    return sum;
  }
}

/**
 * The entry whose interval holds the slot, 0..65535; the search begins at `likely`, first ≤ likely < end, with steps that
 * double.
 */
export function findEntry(of: Cumulative, slot: number, likely: number, first: number, end: number): number {
  let low = likely;
  let high = low + 1;
  for (let step = 1; of.cumulative(low) > slot; step *= 2) {
    high = low;
    low = Math.max(first, low - step);
  }
  for (let step = 1; of.cumulative(high) <= slot; step *= 2) {
    low = high;
    high = Math.min(end, high + step);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (of.cumulative(middle) <= slot) low = middle;
    else high = middle;
  }
  return low;
}
