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

const PRESETS = {
  /** The reference network (Udacity's convolutional autoencoder notebook): 740 + 337 parameters on one channel. */
  seed: (image) => ({
    name: 'seed',
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
} satisfies Record<string, Preset>;

/** Names that {@link presetSpec} knows. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
export type PresetName = keyof typeof PRESETS;

/**
 * The architecture of a preset for images of the given shape.
 *
 * @throws RangeError for an unknown name; ConvaeError `SHAPE_MISMATCH` for a size that the network cannot divide
 */
export function presetSpec(name: string, image: ImageShape): ArchitectureSpec {
  if (!Object.hasOwn(PRESETS, name)) {
    throw new RangeError(`expected one of ${PRESET_NAMES.join(', ')} for preset, received ${name}`);
  }
  return parseSpec(PRESETS[name as PresetName](image));
}
