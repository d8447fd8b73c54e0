import { MAX_QUALITIES } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';
import type { SizeLimits } from './array-file.js';

/** Most latent channels of a context model. */
export const MAX_CONTEXT_CHANNELS = 4096;
/** Most rows and columns of symbols above and beside a symbol that its probabilities depend on. */
export const MAX_CONTEXT_RADIUS = 3;
/** Most units of a hidden layer. */
export const MAX_CONTEXT_HIDDEN = 512;
/** Most logistic distributions in a mixture. */
export const MAX_CONTEXT_COMPONENTS = 8;
/** Most entries of one symbol's distribution, the two escapes included. */
export const MAX_CONTEXT_ENTRIES = 4096;
/** Largest shift of an accumulator, bits. */
export const MAX_CONTEXT_SHIFT = 24;

/** Inputs of the first layer, symbols in units, are clamped to ±this. */
export const MAX_INPUT = 2047;
/** Outputs of the hidden layers are clamped to 0..this. */
export const MAX_ACTIVATION = 4095;
/** Outputs of the last layer are clamped to ±this. */
export const MAX_OUTPUT = 1 << 19;
/** One step of the second and third layer's biases, in units of their accumulators. */
export const BIAS_UNIT = 64;
/** Scales are in 1/64 of a unit. */
export const SCALE_UNIT = 64;
/** Units of the binary logarithms, and of means: 256 to 1. */
export const FRACTION = 256;

/**
 * The context prior of a bundle: a small network in integers that gives each symbol's distribution from the symbols
 * before it (FORMAT.md, "Context model"). All arrays row-major; c = channels, P = gridHeight·gridWidth, H1 = hidden1,
 * H2 = hidden2, K = components, Q = qualities, n = 2·radius·(radius + 1) neighbours.
 */
export interface ContextModel {
  /** The bundle's latent channels, 1..4096. */
  readonly channels: number;
  /** Height of the latent of the bundle's own size, 1..16384; 1 where no place differs from another. */
  readonly gridHeight: number;
  /** Width of the latent of the bundle's own size, 1..16384; 1 as above. */
  readonly gridWidth: number;
  /** 0..3. Neighbours: the rows y − radius .. y − 1, each x − radius .. x + radius, then the row y, x − radius .. x − 1. */
  readonly radius: number;
  /** Units of the first hidden layer, 1..512. */
  readonly hidden1: number;
  /** Units of the second hidden layer, 1..512. */
  readonly hidden2: number;
  /** Logistic distributions in a symbol's mixture, 1..8. */
  readonly components: number;
  /** Number of qualities, that of the manifest's quantizer, 1..16. */
  readonly qualities: number;
  /**
   * Version 2 alone. Q×c: the units in a symbol of each channel, in 1/64; 0 where the channel is not coded at the quality.
   * In version 1 a symbol has as many units as the quality's multiplier.
   */
  readonly scales?: Uint16Array | undefined;
  /**
   * Q×c, in version 1 Q: round(256·log2(units in a symbol)); stored, because Math.log2 is not the same everywhere.
   */
  readonly log2Scales: Int16Array;
  /** c×2: smallest and largest regular symbol of each channel in units. */
  readonly ranges: Int16Array;
  /**
   * (n·c + c)×H1, a row for each input: the neighbours in their order, each with its c channels, then the channels of
   * the position itself, of which those before the present channel are used.
   */
  readonly w1: Int8Array;
  /** Q×H1. */
  readonly qualityBias: Int16Array;
  /** P×H1. */
  readonly positionBias: Int16Array;
  /** c×H1. */
  readonly channelBias: Int16Array;
  /** H1, 0..24. */
  readonly shift1: Uint8Array;
  /** H2×H1, a row for each output. */
  readonly w2: Int8Array;
  /** c×H2, in units of 64. */
  readonly bias2: Int16Array;
  /** H2, 0..24. */
  readonly shift2: Uint8Array;
  /** c×3K×H2, a row for each output: of each channel K weights (binary logarithms), K means, K sharpnesses. */
  readonly w3: Int8Array;
  /** c×3K, in units of 64. */
  readonly bias3: Int16Array;
  /** c×3K, 0..24. */
  readonly shift3: Uint8Array;
}

/** The sizes that the arrays follow from. */
export type ContextSizes = Pick<
  ContextModel,
  'channels' | 'gridHeight' | 'gridWidth' | 'radius' | 'hidden1' | 'hidden2' | 'components' | 'qualities'
>;

/** Number of symbols above and beside one that its distribution depends on, channels apart. */
export const neighbourCount = (radius: number): number => 2 * radius * (radius + 1);

/** The sizes in the order of the file, and the largest that each may be. */
export const SIZE_LIMITS: SizeLimits<ContextSizes> = [
  ['channels', 1, MAX_CONTEXT_CHANNELS],
  ['gridHeight', 1, 16384],
  ['gridWidth', 1, 16384],
  ['radius', 0, MAX_CONTEXT_RADIUS],
  ['hidden1', 1, MAX_CONTEXT_HIDDEN],
  ['hidden2', 1, MAX_CONTEXT_HIDDEN],
  ['components', 1, MAX_CONTEXT_COMPONENTS],
  ['qualities', 1, MAX_QUALITIES],
];

/**
 * Checks what holds between the numbers of a model: ranges, shifts, and that no accumulator can leave int32.
 * @throws ConvaeError DATA_INVALID.
 */
export function checkContextModel(model: ContextModel): void {
  const { channels, ranges, shift1, shift2, shift3 } = model;
  for (let channel = 0; channel < channels; channel++) {
    if (ranges[2 * channel]! > ranges[2 * channel + 1]!)
      throw invalid(
        `has the range ${ranges[2 * channel]}..${ranges[2 * channel + 1]} for channel ${channel}`,
      );
  }
  checkScales(model);
  checkShifts(shift1, shift2, shift3);
  checkFirstLayer(model);
  const { hidden1, hidden2, components } = model;
  checkLayer(model.w2, hidden1, model.bias2, channels, hidden2, BIAS_UNIT);
  checkLayer(model.w3, hidden2, model.bias3, 1, channels * 3 * components, BIAS_UNIT);
}

/** @throws ConvaeError DATA_INVALID where an accumulator is shifted by more than the largest shift. */
export function checkShifts(...lists: readonly Uint8Array[]): void {
  for (const shift of lists.flatMap((list) => [...list])) {
    if (shift > MAX_CONTEXT_SHIFT) throw invalid(`shifts by ${shift} bits`);
  }
}

/** In version 1 the bundle's multipliers say what a symbol is; they are compared where both are known. */
function checkScales({ scales, log2Scales }: ContextModel): void {
  log2Scales.forEach((logarithm, i) => {
    const scale = scales?.[i];
    const fits = scale === undefined ? logarithm >= 0 && logarithm <= 4096 : isLogarithm(logarithm, scale);
    if (!fits) throw invalid(`has the logarithm ${logarithm} for a symbol's size`);
  });
}

/** Whether a logarithm, 1/256, is that of a scale: not compared for equality, Math.log2 may differ in its last bit. */
const isLogarithm = (logarithm: number, scale: number): boolean =>
  scale === 0 ? logarithm === 0 : Math.abs(logarithm - FRACTION * Math.log2(scale / SCALE_UNIT)) <= 1;

/** Each unit's accumulator: all inputs at their largest, the largest bias of each kind, and half a shift to round. */
function checkFirstLayer({ hidden1, w1, qualityBias, positionBias, channelBias }: ContextModel): void {
  for (let unit = 0; unit < hidden1; unit++) {
    const weights = columnSum(w1, hidden1, unit, (sum, weight) => sum + weight);
    const biases = [qualityBias, positionBias, channelBias].map((bias) =>
      columnSum(bias, hidden1, unit, Math.max),
    );
    checkBound(biases.reduce((sum, bias) => sum + bias, weights * MAX_INPUT));
  }
}

/** Folds the magnitudes of one column of a matrix. */
export function columnSum(
  matrix: Int8Array | Int16Array,
  width: number,
  column: number,
  fold: (sum: number, magnitude: number) => number,
): number {
  let sum = 0;
  for (let at = column; at < matrix.length; at += width) sum = fold(sum, Math.abs(matrix[at]!));
  return sum;
}

/**
 * A later layer: `outputs` rows of weights, each with `sets` biases `outputs` apart, in units of `biasUnit`.
 * @throws ConvaeError DATA_INVALID where an accumulator can leave int32.
 */
export function checkLayer(
  weights: Int8Array | Int16Array,
  inputs: number,
  bias: Int16Array,
  sets: number,
  outputs: number,
  biasUnit: number,
): void {
  for (let output = 0; output < outputs; output++) {
    let sum = 0;
    for (let i = output * inputs; i < (output + 1) * inputs; i++) sum += Math.abs(weights[i]!);
    let largest = 0;
    for (let set = 0; set < sets; set++) largest = Math.max(largest, Math.abs(bias[set * outputs + output]!));
    checkBound(sum * MAX_ACTIVATION + largest * biasUnit);
  }
}

/** @throws ConvaeError DATA_INVALID where a sum of that magnitude, and half a shift to round, can leave int32. */
export function checkBound(magnitude: number): void {
  if (magnitude + 2 ** (MAX_CONTEXT_SHIFT - 1) < 2 ** 31) return;
  throw invalid(`has an accumulator of up to ${magnitude}, which int32 does not hold`);
}

function invalid(problem: string): ConvaeError {
  return new ConvaeError('DATA_INVALID', `the context model ${problem}`);
}
