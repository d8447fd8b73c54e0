import { checkInteger } from '../checks.js';
import { ConvaeError } from '../errors.js';
import type { BatchShape, LatentBatch } from '../image.js';

/** Largest step and largest |offset|, in units of the latent: dequantized values stay finite in float32. */
export const MAX_STEP = 1e6;
/** Smallest step. */
export const MIN_STEP = 1e-6;
/** Largest step multiplier. */
export const MAX_MULTIPLIER = 65536;
/** Most qualities of one bundle: the bitstream spends four bits on them. */
export const MAX_QUALITIES = 16;
/** Symbols lie in ±(2^31 − 1); latents further out are clamped to the ends. */
export const MAX_SYMBOL = 2 ** 31 - 1;

/** Multiples of one lattice: a quality multiplies every step by the same integer. */
export interface LatticeSpec {
  /** Finest step of each latent channel, float64, 1e-6..1e6, in units of the latent. */
  readonly steps: readonly number[];
  /** Latent value of symbol 0 in each channel, float64; all 0 where absent. */
  readonly offsets?: readonly number[] | undefined;
  /** Integers 1..65536, strictly descending: quality q multiplies every step by `multipliers[q]`. */
  readonly multipliers: readonly number[];
}

/** A step for each quality and channel. */
export interface GainSpec {
  /**
   * For each quality, the coarsest first, the step of each latent channel, float64, 1e-6..1e6, in units of the latent; 0
   * where the channel is not coded at that quality.
   */
  readonly steps: readonly (readonly number[])[];
  /** As those of a lattice; the latent of a channel that is not coded has this value. */
  readonly offsets?: readonly number[] | undefined;
  readonly multipliers?: undefined;
}

/** How a bundle quantizes its latents (FORMAT.md, "Quantizer"). */
export type QuantizerSpec = LatticeSpec | GainSpec;

/** Number of qualities of a quantizer. */
export const qualityCount = ({ steps, multipliers }: QuantizerSpec): number => (multipliers ?? steps).length;

/** The qualities of a bundle, the coarsest first; none without a quantizer. */
export const qualitiesOf = (spec: QuantizerSpec | undefined): number[] =>
  Array.from({ length: spec ? qualityCount(spec) : 0 }, (_, quality) => quality);

/** A quantizer at one quality: what each channel's symbols stand for. */
export interface Quantizer {
  /** float64, the step of each channel at the quality; 0 where it is not coded. */
  readonly steps: Float64Array;
  /** float64, the latent value of symbol 0 in each channel. */
  readonly offsets: Float64Array;
}

/** Quantized latents: int32, N×c×h×w, values ±(2^31 − 1). */
export interface SymbolBatch extends BatchShape {
  /** int32, length count·channels·height·width. */
  readonly data: Int32Array;
}

/**
 * The quantizer of a bundle at a quality; a larger quality has smaller steps.
 * @param quality integer, 0 to the number of qualities − 1.
 * @throws RangeError for a quality that the bundle does not have; ConvaeError MANIFEST_INVALID for a broken spec.
 */
export function quantizerAt(spec: QuantizerSpec, quality: number): Quantizer {
  checkSpec(spec);
  checkInteger(quality, 'quality', 0, qualityCount(spec) - 1);
  const steps = spec.multipliers
    ? spec.steps.map((step) => step * spec.multipliers[quality]!)
    : spec.steps[quality]!;
  return {
    steps: Float64Array.from(steps),
    offsets: Float64Array.from(steps, (_, channel) => spec.offsets?.[channel] ?? 0),
  };
}

/**
 * Latents to symbols: (latent − offset) / step in float64, rounded to the nearest integer, halves away from zero,
 * clamped to ±(2^31 − 1); 0 in channels that are not coded.
 * @throws ConvaeError NON_FINITE where a latent is NaN or infinite; RangeError where the channels differ in number.
 */
export function quantize(latents: LatentBatch, quantizer: Quantizer): SymbolBatch {
  const symbols = new Int32Array(latents.data.length);
  forEachPlane(latents, quantizer, (start, end, step, offset) => {
    if (step === 0) return;
    for (let i = start; i < end; i++) symbols[i] = toSymbol((latents.data[i]! - offset) / step);
  });
  return { ...latents, data: symbols };
}

/**
 * Symbols to latents: symbol · step + offset, each operation rounded to float64 and the result to float32, so every
 * machine computes the same bits.
 * @throws RangeError where the channels differ in number.
 */
export function dequantize(symbols: SymbolBatch, quantizer: Quantizer): LatentBatch {
  const latents = new Float32Array(symbols.data.length);
  forEachPlane(symbols, quantizer, (start, end, step, offset) => {
    for (let i = start; i < end; i++) latents[i] = symbols.data[i]! * step + offset;
  });
  return { ...symbols, data: latents };
}

/**
 * Exact halves away from zero: what lies beyond the whole number is exact in a double, adding 0.5 first would not be. No
 * branches: latents would mislead them.
 */
function toSymbol(value: number): number {
  if (!(value > -MAX_SYMBOL && value < MAX_SYMBOL)) return endSymbol(value);
  const whole = value | 0;
  return whole + ((2 * (value - whole)) | 0);
}

function endSymbol(value: number): number {
  if (!Number.isFinite(value)) throw new ConvaeError('NON_FINITE', 'the latents hold NaN or infinity');
  return value < 0 ? -MAX_SYMBOL : MAX_SYMBOL;
}

type PlaneVisitor = (start: number, end: number, step: number, offset: number) => void;

/** Visits each image's plane of each channel: elements [start, end) of N×c×h×w data. */
function forEachPlane(
  batch: LatentBatch | SymbolBatch,
  { steps, offsets }: Quantizer,
  visit: PlaneVisitor,
): void {
  const plane = batch.height * batch.width;
  if (batch.channels !== steps.length) {
    throw new RangeError(`expected ${steps.length} channels for the latents, received ${batch.channels}`);
  }
  if (batch.data.length !== batch.count * batch.channels * plane) {
    throw new RangeError(
      `expected ${batch.count * batch.channels * plane} elements for the latents, received ${batch.data.length}`,
    );
  }
  for (let at = 0, channel = 0; at < batch.data.length; at += plane) {
    visit(at, at + plane, steps[channel]!, offsets[channel]!);
    channel = (channel + 1) % steps.length;
  }
}

function checkSpec(spec: QuantizerSpec): void {
  const { offsets = [], multipliers } = spec;
  const lists = multipliers ? [spec.steps] : spec.steps;
  const channels = lists[0]?.length;
  const least = multipliers ? MIN_STEP : 0;
  const valid =
    lists.every((steps) => steps.length === channels && steps.some((step) => step > 0)) &&
    lists.flat().every((step) => step >= least && step <= MAX_STEP && (step === 0 || step >= MIN_STEP)) &&
    (offsets.length === 0 || offsets.length === channels) &&
    offsets.every((offset) => Math.abs(offset) <= MAX_STEP) &&
    (multipliers ?? [1]).every(isMultiplier) &&
    qualityCount(spec) >= 1 &&
    qualityCount(spec) <= MAX_QUALITIES;
  if (!valid)
    throw new ConvaeError('MANIFEST_INVALID', 'the quantizer needs valid steps, offsets and multipliers');
}

function isMultiplier(multiplier: number, quality: number, all: readonly number[]): boolean {
  const descending = quality === 0 || multiplier < all[quality - 1]!;
  return descending && Number.isInteger(multiplier) && multiplier >= 1 && multiplier <= MAX_MULTIPLIER;
}
