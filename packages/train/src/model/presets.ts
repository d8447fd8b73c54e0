import { UsageError } from '@convae/runtime/core';
import { parseSpec } from './parse.js';
import type { ArchitectureInput, ArchitectureSpec, ImageShape } from './spec.js';

/** Encoder of the reference network: 28×28 → 4×7×7, 740 parameters on one channel. */
const referenceEncoder: ArchitectureInput['encoder'] = [
  { kind: 'conv', filters: 16, kernel: 3, activation: 'relu', pool: 2 },
  { kind: 'conv', filters: 4, kernel: 3, activation: 'relu', pool: 2 },
];

/**
 * Where the reference network starts decides where it ends (bench/initialisers.mjs): from the usual initialisations
 * many seeds settle with one or more latents that rise with brightness, which max-pooling blurs.
 */
const referenceInitialiser: ArchitectureInput['initialiser'] = {
  polarity: 'dark',
  latentBias: 2,
  outputBias: 0,
};

type Preset = (image: ImageShape) => ArchitectureInput;

const upsampling =
  (kind: 'nearest' | 'bilinear'): Preset =>
  (image) => ({
    name: `upsample-${kind}`,
    image,
    encoder: referenceEncoder,
    decoder: [
      { kind, filters: 16, kernel: 3, activation: 'relu' },
      { kind, filters: image.channels, kernel: 3, activation: 'sigmoid' },
    ],
  });

/** Side of the cells that the dense network cuts an image into. */
const CELL = 4;

/**
 * A vector of `units` latents: cells of 4×4 pixels, convolved, through a hidden layer. The decoder's transposed
 * convolution overlaps evenly (its kernel is a multiple of its stride), so it leaves no checkerboard.
 *
 * @source Odena et al., 2016, https://distill.pub/2016/deconv-checkerboard
 */
const dense =
  (name: string, units: number, hidden: number): Preset =>
  (image) => ({
    name,
    image,
    encoder: [
      { kind: 'conv', filters: 32, kernel: CELL, stride: CELL, activation: 'relu' },
      { kind: 'conv', filters: 16, kernel: 3, activation: 'relu' },
      { kind: 'dense', units: hidden, activation: 'relu' },
      { kind: 'dense', units, activation: 'linear' },
    ],
    decoder: [
      { kind: 'dense', units: hidden, activation: 'relu' },
      {
        kind: 'expand',
        height: Math.ceil(image.height / CELL),
        width: Math.ceil(image.width / CELL),
        filters: 16,
        activation: 'relu',
      },
      { kind: 'conv', filters: 32, kernel: 3, activation: 'relu' },
      { kind: 'transpose', filters: image.channels, kernel: 2 * CELL, stride: CELL, activation: 'sigmoid' },
    ],
    initialiser: { kernel: 'heUniform', latentBias: 0, latentGain: 2 },
  });

/** Filters of a grid network's layers. */
interface GridWidths {
  /** Of the encoder at half the image's sides, */
  readonly half: number;
  /** of both halves at a quarter, */
  readonly quarter: number;
  /** and of the decoder at half the sides. */
  readonly decodedHalf: number;
}

/** Latents on a grid of a quarter of the image's sides: images of any size. Transposed convolutions overlap evenly. */
const grid =
  (name: string, channels: number, widths: GridWidths = { half: 24, quarter: 64, decodedHalf: 32 }): Preset =>
  (image) => ({
    name,
    image,
    encoder: [
      { kind: 'conv', filters: widths.half, kernel: 4, stride: 2, activation: 'relu' },
      { kind: 'conv', filters: widths.quarter, kernel: 4, stride: 2, activation: 'relu' },
      { kind: 'conv', filters: channels, kernel: 3, activation: 'linear' },
    ],
    decoder: [
      { kind: 'conv', filters: widths.quarter, kernel: 3, activation: 'relu' },
      { kind: 'transpose', filters: widths.decodedHalf, kernel: 4, stride: 2, activation: 'relu' },
      { kind: 'transpose', filters: image.channels, kernel: 4, stride: 2, activation: 'sigmoid' },
    ],
    initialiser: { kernel: 'heUniform', latentBias: 0, latentGain: 2 },
  });

/** Layers of a network beside a linear transform. */
interface PatchWidths {
  /** Latent channels, of grey images and of colour. */
  readonly channels: { readonly grey: number; readonly colour: number };
  /** Filters of the encoder's convolutions, each of which halves the sides: the patch's side is 2 to their number. */
  readonly encoder: readonly number[];
  /** Filters of the decoder's convolution, then of its transposed ones but the last, each of which doubles the sides. */
  readonly decoder: readonly [number, ...number[]];
}

/**
 * A linear transform of patches, which is a good codec from the start, and a small network on both sides that adds what
 * it lacks: at the start nearly nothing. Images of any size; transposed convolutions overlap evenly.
 */
const patches =
  (name: string, { channels, encoder, decoder: [first, ...doubling] }: PatchWidths): Preset =>
  (image) => ({
    name,
    image,
    linear: { patch: 2 ** encoder.length },
    encoder: [
      ...encoder.map(
        (filters) => ({ kind: 'conv', filters, kernel: 4, stride: 2, activation: 'relu' }) as const,
      ),
      {
        kind: 'conv',
        filters: image.channels === 1 ? channels.grey : channels.colour,
        kernel: 3,
        activation: 'linear',
      },
    ],
    decoder: [
      { kind: 'conv', filters: first, kernel: 3, activation: 'relu' },
      ...doubling.map(
        (filters) => ({ kind: 'transpose', filters, kernel: 4, stride: 2, activation: 'relu' }) as const,
      ),
      { kind: 'transpose', filters: image.channels, kernel: 4, stride: 2, activation: 'linear' },
    ],
    initialiser: {
      kernel: 'lecunUniform',
      latentBias: 0,
      latentGain: 0.05,
      outputBias: 0,
      outputGain: 0.05,
    },
  });

/**
 * The best 4×7×7 latents that a sweep found below 300,000 weights (packages/lab/examples/tuned.json): `grid-4` with
 * half as many channels again; a third convolution at 7×7 gives less for as many weights.
 */
const tuned = grid('tuned', 4, { half: 32, quarter: 96, decodedHalf: 48 });

/**
 * Removes noise: wide enough that the bottleneck costs nothing, deep enough that every latent sees most of a digit.
 * Transposed convolutions overlap evenly.
 */
const denoise: Preset = (image) => ({
  name: 'denoise',
  image,
  encoder: [
    { kind: 'conv', filters: 32, kernel: 4, stride: 2, activation: 'relu' },
    { kind: 'conv', filters: 64, kernel: 4, stride: 2, activation: 'relu' },
    { kind: 'conv', filters: 64, kernel: 3, activation: 'relu' },
    { kind: 'conv', filters: 32, kernel: 3, activation: 'linear' },
  ],
  decoder: [
    { kind: 'conv', filters: 64, kernel: 3, activation: 'relu' },
    { kind: 'conv', filters: 64, kernel: 3, activation: 'relu' },
    { kind: 'transpose', filters: 32, kernel: 4, stride: 2, activation: 'relu' },
    { kind: 'transpose', filters: image.channels, kernel: 4, stride: 2, activation: 'sigmoid' },
  ],
  initialiser: { kernel: 'heUniform', latentBias: 0 },
});

/**
 * The denoising network of Udacity's notebook: 32-16-8 channels and back, three transposed convolutions, one
 * convolution. There, the third block pools 7×7 to 3×3 and an unpadded transposed convolution makes that 7×7 again;
 * here that block keeps 7×7, so that images of every multiple of 4 come back in their size.
 */
const denoiseReference: Preset = (image) => ({
  name: 'denoise-reference',
  image,
  encoder: [
    { kind: 'conv', filters: 32, kernel: 3, activation: 'relu', pool: 2 },
    { kind: 'conv', filters: 16, kernel: 3, activation: 'relu', pool: 2 },
    { kind: 'conv', filters: 8, kernel: 3, activation: 'relu' },
  ],
  decoder: [
    { kind: 'transpose', filters: 8, kernel: 3, stride: 1, activation: 'relu' },
    { kind: 'transpose', filters: 16, kernel: 2, stride: 2, activation: 'relu' },
    { kind: 'transpose', filters: 32, kernel: 2, stride: 2, activation: 'relu' },
    { kind: 'conv', filters: image.channels, kernel: 3, activation: 'sigmoid' },
  ],
});

const PRESETS = {
  /** The reference network (Udacity's convolutional autoencoder notebook): 740 + 337 parameters on one channel. */
  reference: (image) => ({
    name: 'reference',
    image,
    encoder: referenceEncoder,
    initialiser: referenceInitialiser,
    decoder: [
      { kind: 'transpose', filters: 16, kernel: 2, stride: 2, activation: 'relu' },
      { kind: 'transpose', filters: image.channels, kernel: 2, stride: 2, activation: 'sigmoid' },
    ],
  }),
  'upsample-nearest': upsampling('nearest'),
  'upsample-bilinear': upsampling('bilinear'),
  'dense-64': dense('dense-64', 64, 256),
  'dense-96': dense('dense-96', 96, 256),
  'grid-4': grid('grid-4', 4),
  'grid-8': grid('grid-8', 8),
  /** Small images of one size with texture, grey or colour. */
  'patch-4': patches('patch-4', { channels: { grey: 10, colour: 20 }, encoder: [24, 64], decoder: [64, 32] }),
  /** Few bytes: digits and other drawings on a plain ground. */
  'patch-4-small': patches('patch-4-small', {
    channels: { grey: 6, colour: 12 },
    encoder: [24, 64],
    decoder: [64, 32],
  }),
  /** Pictures of any size: larger patches, more latents. */
  'patch-8': patches('patch-8', {
    channels: { grey: 32, colour: 64 },
    encoder: [32, 64, 64],
    decoder: [64, 64, 32],
  }),
  /** Large patches of small images at few bytes, in a small bundle: placeholders. */
  'patch-8-small': patches('patch-8-small', {
    channels: { grey: 12, colour: 20 },
    encoder: [16, 24, 32],
    decoder: [48, 32, 16],
  }),
  tuned,
  denoise,
  'denoise-reference': denoiseReference,
} satisfies Record<string, Preset>;

/** Names that {@link presetSpec} knows. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
/** One of {@link PRESET_NAMES}. */
export type PresetName = keyof typeof PRESETS;

/**
 * The architecture of a preset for images of the given shape.
 *
 * @throws UsageError for an unknown name; ConvaeError `SHAPE_MISMATCH` for a size that the network cannot divide
 */
export function presetSpec(name: string, image: ImageShape): ArchitectureSpec {
  if (!Object.hasOwn(PRESETS, name)) {
    throw new UsageError(`expected one of ${PRESET_NAMES.join(', ')} for preset, received ${name}`);
  }
  return parseSpec(PRESETS[name as PresetName](image));
}
