import {
  type LatentBatch,
  MAX_STEP,
  MIN_STEP,
  type QuantizerSpec,
  quantize,
  quantizerAt,
} from '@convae/runtime/core';
import { uniformRandom } from '../../onnx/parity/random-feeds.js';
import { type Calibration, errorOf, head, quantizedError } from './calibration.js';

/** What the finest step may cost, decibels. */
const FINEST_LOSS_DB = 0.05;
/** What the default quality may cost, decibels. */
const DEFAULT_LOSS_DB = 0.3;
/** Qualities that cost more are left out. */
const COARSEST_LOSS_DB = 6;
/** Coarse to fine; 1 is the finest step. */
const MULTIPLIERS: readonly number[] = [16, 12, 8, 6, 4, 3, 2, 1];

/** Steps are looked for within so many octaves of the latents' root mean square, */
const SEARCH_OCTAVES = 8;
/** and found to so many: 1%. */
const STEP_PRECISION = 1 / 64;
/** Beyond so many channels, measuring each alone takes too long. */
const MAX_MEASURED_CHANNELS = 256;
/** Images on which the channels are measured. */
const SENSITIVITY_IMAGES = 256;
/** A channel's step is at most so many times larger or smaller than their geometric mean. */
const MAX_SCALE = 8;

const ratio = (decibels: number): number => 10 ** (decibels / 10);

/**
 * The finest steps: the largest whose rounding costs {@link FINEST_LOSS_DB}, either the same for all channels or in
 * proportion to what each channel's noise does to the images, whichever leaves less entropy.
 */
export async function chooseSteps(calibration: Calibration): Promise<number[]> {
  const { channels } = calibration.latents;
  const equal = await largestSteps(calibration, new Array<number>(channels).fill(1));
  if (channels === 1 || channels > MAX_MEASURED_CHANNELS) return equal;
  const scaled = await largestSteps(calibration, await channelScales(calibration, equal[0]!));
  return entropy(calibration, scaled) < entropy(calibration, equal) ? scaled : equal;
}

/** The multipliers whose quality is of use, and the one that is the default. */
export async function chooseQualities(
  calibration: Calibration,
  steps: readonly number[],
): Promise<{ multipliers: number[]; quality: number }> {
  const lossless = await errorOf(calibration, calibration.latents);
  const multipliers: number[] = [];
  let quality: number | undefined;
  for (const multiplier of MULTIPLIERS) {
    const error = await quantizedError(calibration, { steps, multipliers: [multiplier] });
    if (multiplier !== 1 && error > tolerated(lossless, COARSEST_LOSS_DB)) continue;
    if (error <= tolerated(lossless, DEFAULT_LOSS_DB)) quality ??= multipliers.length;
    multipliers.push(multiplier);
  }
  return { multipliers, quality: quality ?? multipliers.length - 1 };
}

/** A hundredth of a grey level is no loss: it keeps the search finite where the images come back exactly. */
const tolerated = (mse: number, loss: number): number => mse * ratio(loss) + (0.01 / 255) ** 2;

async function largestSteps(calibration: Calibration, scales: readonly number[]): Promise<number[]> {
  const limit = tolerated(await errorOf(calibration, calibration.latents), FINEST_LOSS_DB);
  const centre = rootMeanSquare(calibration.latents) || 1;
  const fits = async (octave: number): Promise<boolean> => {
    const spec = { steps: stepsAt(centre * 2 ** octave, scales), multipliers: [1] };
    return (await quantizedError(calibration, spec)) <= limit;
  };
  // From fine to coarse up to the first that costs too much: a step that is far too coarse may fit again by chance.
  let low = -SEARCH_OCTAVES;
  while (low < SEARCH_OCTAVES && (await fits(low + 1))) low++;
  for (let width = 0.5; width > STEP_PRECISION; width /= 2) if (await fits(low + width)) low += width;
  return stepsAt(centre * 2 ** low, scales);
}

/** Rounded to seven digits, so that the manifest stays readable. */
const stepsAt = (step: number, scales: readonly number[]): number[] =>
  scales.map((scale) => Number(Math.min(MAX_STEP, Math.max(MIN_STEP, step * scale)).toPrecision(7)));

function rootMeanSquare({ data }: LatentBatch): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
}

/** Steps that let the noise of each channel do as much harm as that of any other: 1 / √(error by variance). */
async function channelScales(calibration: Calibration, step: number): Promise<number[]> {
  const some = head(calibration, SENSITIVITY_IMAGES);
  const lossless = await errorOf(some, some.latents);
  const raw: number[] = [];
  for (let channel = 0; channel < some.latents.channels; channel++) {
    const error = await errorOf(some, withNoise(some.latents, channel, 4 * step));
    raw.push(Math.log2(Math.max(error - lossless, 1e-12)) / -2);
  }
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  const most = Math.log2(MAX_SCALE);
  return raw.map((value) => 2 ** Math.max(-most, Math.min(most, value - mean)));
}

function withNoise(latents: LatentBatch, channel: number, width: number): LatentBatch {
  const random = uniformRandom(channel + 1);
  const plane = latents.height * latents.width;
  const data = latents.data.map((value, i) => {
    const own = Math.floor(i / plane) % latents.channels === channel;
    return own ? value + (random() - 0.5) * width : value;
  });
  return { ...latents, data };
}

/** Bits of all symbols under the histogram of each channel. */
function entropy({ latents }: Calibration, steps: readonly number[]): number {
  const spec: QuantizerSpec = { steps, multipliers: [1] };
  const { data } = quantize(latents, quantizerAt(spec, 0));
  const plane = latents.height * latents.width;
  let bits = 0;
  for (let channel = 0; channel < latents.channels; channel++) {
    const counts = new Map<number, number>();
    let total = 0;
    for (let i = 0; i < data.length; i++) {
      if (Math.floor(i / plane) % latents.channels !== channel) continue;
      counts.set(data[i]!, (counts.get(data[i]!) ?? 0) + 1);
      total++;
    }
    for (const count of counts.values()) bits -= count * Math.log2(count / total);
  }
  return bits;
}
