import type { ContextModel, ContextSizes } from '../context/index.js';
import { seededRandom } from './tiny-bundle.js';

/** What a random context model is like. */
export interface RandomContextOptions extends Partial<ContextSizes> {
  readonly seed?: number;
  /** Q integers, descending; 1 for each quality where left out. */
  readonly multipliers?: readonly number[];
  /** For a model of version 2: Q lists of the units in a symbol of each channel, in 1/64. */
  readonly scales?: readonly (readonly number[])[] | undefined;
  /** Largest regular symbol of each channel, ± finest units. */
  readonly range?: number;
}

/**
 * A context model with seeded random weights: its means spread over the range, its scales from a fraction of a finest
 * unit to several, and all of it depends on the symbols before.
 */
export function randomContextModel(options: RandomContextOptions = {}): ContextModel {
  const { seed = 1, channels = 2, gridHeight = 2, gridWidth = 2, radius = 1, range = 40 } = options;
  const {
    hidden1 = 12,
    hidden2 = 9,
    components = 2,
    multipliers = [1],
    scales,
    qualities = (scales ?? multipliers).length,
  } = options;
  const logarithm = (units: number): number => (units > 0 ? Math.round(256 * Math.log2(units)) : 0);
  const random = seededRandom(seed);
  const between = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const draw = (length: number, spread: number) =>
    Int16Array.from({ length }, () => between(-spread, spread));
  const bytes = (length: number) => Int8Array.from(draw(length, 127));
  const shifts = (length: number, min: number) => Uint8Array.from({ length }, () => between(min, min + 3));
  const outputs = 3 * components;
  const inputs = (2 * radius * (radius + 1) + 1) * channels;
  return {
    ...{ channels, gridHeight, gridWidth, radius, hidden1, hidden2, components, qualities },
    ...(scales === undefined
      ? { log2Scales: Int16Array.from({ length: qualities }, (_, q) => logarithm(multipliers[q] ?? 1)) }
      : {
          scales: Uint16Array.from(scales.flat()),
          log2Scales: Int16Array.from(scales.flat(), (scale) => logarithm(scale / 64)),
        }),
    ranges: Int16Array.from({ length: 2 * channels }, (_, i) => (i % 2 ? 1 : -1) * between(0, range)),
    w1: bytes(inputs * hidden1),
    qualityBias: draw(qualities * hidden1, 3000),
    positionBias: draw(gridHeight * gridWidth * hidden1, 3000),
    channelBias: draw(channels * hidden1, 3000),
    shift1: shifts(hidden1, 1),
    w2: bytes(hidden2 * hidden1),
    bias2: draw(channels * hidden2, 1000),
    shift2: shifts(hidden2, 6),
    w3: bytes(channels * outputs * hidden2),
    bias3: Int16Array.from({ length: channels * outputs }, (_, i) =>
      biasOf(i % outputs, components, between),
    ),
    shift3: shifts(channels * outputs, 8),
  };
}

/** Sharpnesses of 2^−2 to 2^3 a finest unit, means and weights around 0, where the shift is about 9 bits. */
function biasOf(output: number, components: number, between: (min: number, max: number) => number): number {
  return output < 2 * components ? between(-4000, 4000) : between(-4000, 6000);
}
