import type { ImageBatch, Manifest } from '@convae/runtime';
import { addNoise, NOISE_KINDS, type NoiseKind, toFloats } from '@convae/train/kit';

/** What a bundle's training says about noise. */
export interface TrainedNoise {
  readonly kind: NoiseKind;
  readonly from: number;
  readonly to: number;
}

/** Level 0 where the bundle was not trained on noise: the codec itself refuses to denoise then. */
export function trainedNoise({ training }: Manifest): TrainedNoise {
  const { noise, noiseFrom, noiseKind } = training;
  const to = typeof noise === 'number' ? noise : 0;
  const kind = NOISE_KINDS.find((name) => name === noiseKind) ?? 'gaussian';
  return { kind, to, from: typeof noiseFrom === 'number' ? noiseFrom : to };
}

/** Which noise: the same numbers give the same noise. */
export interface NoisePlan {
  readonly kind: NoiseKind;
  readonly level: number;
  readonly seed: number;
  /** Number of the batch. */
  readonly batch: number;
}

/** Images with noise of one level: uint8, as they would come from a file. */
export function noisyImages(images: ImageBatch, { kind, level, seed, batch }: NoisePlan): ImageBatch {
  const settings = { noise: level, noiseFrom: null, noiseKind: kind };
  const place = { seed, epoch: Math.round(level * 1000), batch, count: images.count };
  const noisy = addNoise(toFloats(images), settings, place);
  const { count, height, width, channels } = images;
  const data = Uint8Array.from(noisy, (value) => Math.round(value * 255));
  return { data, count, height, width, channels };
}
