import { ConvaeError } from '@convae/runtime/core';

/** The integer ranges of FORMAT.md, "Context model". */
const MAX_BIAS = 32767;
const MAX_ACTIVATION = 4095;
const FRACTION_BITS = 8;
/** Largest shift of an accumulator, bits. */
export const MAX_SHIFT = 24;
/** Activations on other images may be so much larger before they are clamped. */
const HEADROOM = 1.3;

/** What a row's integers may be. */
export interface RowLimits {
  /** Largest weight; −this is the smallest. */
  readonly maxWeight: number;
  /** What a bias of 1 is, in units of the accumulator. */
  readonly biasUnit: number;
}

/** 0 .. n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The binary logarithm of the largest power of two that keeps every weight and bias of a row in its integers. */
export function rowScale(
  weights: readonly number[],
  biases: readonly number[],
  { maxWeight, biasUnit }: RowLimits,
): number {
  const largest = (values: readonly number[]): number =>
    values.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const byWeight = maxWeight / largest(weights);
  const byBias = (MAX_BIAS * biasUnit) / largest(biases);
  return Math.floor(Math.log2(Math.min(byWeight, byBias)));
}

/** The binary scale of each unit at which its largest activation fills the integers. */
export const activationScales = (largest: Float64Array | Float32Array): number[] =>
  Array.from(largest, (value) => Math.floor(Math.log2(MAX_ACTIVATION / Math.max(value * HEADROOM, 1e-3))));

/** A number of accumulator units over a bias unit as the nearest bias. */
export const biasInteger = (value: number): number =>
  Math.max(-MAX_BIAS, Math.min(MAX_BIAS, Math.round(value)));

/**
 * The shift from a row of the output layer to its 1/256.
 *
 * @throws ConvaeError UNSUPPORTED where its weights are too large for a shift to the right.
 */
export function outputShift(scale: number): number {
  if (scale >= FRACTION_BITS) return scale - FRACTION_BITS;
  throw new ConvaeError(
    'UNSUPPORTED',
    `the context network's outputs have weights ${2 ** (FRACTION_BITS - scale)} times too large for its integers`,
  );
}

/** The largest scale of an output's row that {@link outputShift} takes. */
export const MAX_OUTPUT_SCALE = FRACTION_BITS + MAX_SHIFT;

/** Writes one column of a matrix with rows of `width`. */
export function setColumn(
  matrix: Int8Array | Int16Array,
  values: readonly number[],
  width: number,
  column: number,
): void {
  for (const [row, value] of values.entries()) matrix[row * width + column] = value;
}
