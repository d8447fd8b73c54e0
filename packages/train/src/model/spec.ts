import { IMAGE_CHANNELS } from '@convae/runtime/core';
import * as z from 'zod';

/** Largest number of filters or units in one block. */
export const MAX_FILTERS = 4096;
/** Most blocks in one half of the network. */
export const MAX_BLOCKS = 64;

/** Largest side of the patches of a linear transform, pixels. */
export const MAX_PATCH = 16;

const ACTIVATIONS = ['linear', 'relu', 'leakyRelu', 'elu', 'sigmoid', 'tanh', 'softplus'] as const;
/** Activation of a block; `leakyRelu` has slope 0.2. */
export type Activation = (typeof ACTIVATIONS)[number];

const size = z.int().min(1).max(16384);
const filters = z.int().min(1).max(MAX_FILTERS);
const kernel = z.int().min(1).max(31);
const activation = z.enum(ACTIVATIONS);

const convBlock = z.strictObject({
  kind: z.literal('conv'),
  filters,
  kernel,
  /** Step of the convolution, padded "same": the output is ceil(input / stride). */
  stride: z.int().min(1).max(8).default(1),
  activation,
  /** Max-pooling window and step after the convolution; 1 is none. */
  pool: z.int().min(1).max(8).default(1),
});

const denseBlock = z.strictObject({ kind: z.literal('dense'), units: filters, activation });

const upsampleBlock = z.strictObject({
  /** Enlarge by repeating or by interpolating, then convolve: no checkerboard artifacts. */
  kind: z.enum(['nearest', 'bilinear']),
  factor: z.int().min(2).max(8).default(2),
  filters,
  kernel,
  activation,
});

const transposeBlock = z.strictObject({
  /** Transposed convolution, padded "same": the output is input · stride. */
  kind: z.literal('transpose'),
  filters,
  kernel,
  stride: z.int().min(1).max(8).default(2),
  activation,
});

const expandBlock = z.strictObject({
  /** Fully connected, then reshaped to height × width × filters. */
  kind: z.literal('expand'),
  height: size,
  width: size,
  filters,
  activation,
});

/** How weights start. All of them are seeded. */
const initialiser = z.strictObject({
  /**
   * Kernels: uniform in ±1/√fan-in (PyTorch's default), uniform or normal scaled by fan-in (He) or by fan-in +
   * fan-out (Glorot), uniform in ±√(3/fan-in) (LeCun), or orthogonal with gain √2.
   */
  kernel: z
    .enum(['fanInUniform', 'heUniform', 'heNormal', 'glorotUniform', 'lecunUniform', 'orthogonal'])
    .default('fanInUniform'),
  /** Biases of all blocks but the last ones of encoder and decoder. */
  bias: z.number().min(-10).max(10).default(0),
  /** Bias of the last encoder block: above 0, a latent channel with ReLU does not start dead. */
  latentBias: z.number().min(-10).max(10).default(0.2),
  /** Factor on the kernel of the last encoder block: how far the latents spread at the start. */
  latentGain: z.number().positive().max(100).default(1),
  /** Factor on the kernel of the last decoder block: how much the blocks add to the image at the start. */
  outputGain: z.number().positive().max(100).default(1),
  /**
   * `dark` starts with latents that are high where pixels are dark: kernels of the last encoder block negative, of
   * the first decoder block positive, of the last decoder block negative. Max-pooling then keeps the gaps between
   * bright strokes instead of widening the strokes.
   */
  polarity: z.enum(['free', 'dark']).default('free'),
  /**
   * Bias of the last block: a number, or `dataMean`, the value at which an all-zero input to the last
   * activation gives the mean pixel of the training images.
   */
  outputBias: z.union([z.literal('dataMean'), z.number().min(-10).max(10)]).default('dataMean'),
});

/** An architecture's name today: runs and bundles of old call the reference network "seed". */
export const currentName = (name: string): string => (name === 'seed' ? 'reference' : name);

/** An architecture: plain data, JSON-able, checked by {@link parseSpec}. */
export const specSchema = z.strictObject({
  name: z.string().min(1).max(64).transform(currentName),
  image: z.strictObject({ channels: z.literal(IMAGE_CHANNELS), height: size, width: size }),
  encoder: z
    .array(z.discriminatedUnion('kind', [convBlock, denseBlock]))
    .min(1)
    .max(MAX_BLOCKS),
  decoder: z
    .array(z.discriminatedUnion('kind', [upsampleBlock, transposeBlock, expandBlock, convBlock, denseBlock]))
    .min(1)
    .max(MAX_BLOCKS),
  /**
   * A linear transform of patches beside the blocks of both halves; its output is added to theirs. It starts as the
   * KLT of the training images' patches, so the blocks have only to learn what a linear codec lacks.
   */
  linear: z.strictObject({ patch: z.int().min(2).max(MAX_PATCH) }).optional(),
  initialiser: initialiser.prefault({}),
});

/** A checked architecture with every default filled in. */
export type ArchitectureSpec = z.output<typeof specSchema>;
/** What {@link parseSpec} takes: defaults may be left out. */
export type ArchitectureInput = z.input<typeof specSchema>;
/** A block of the encoder. */
export type EncoderBlock = ArchitectureSpec['encoder'][number];
/** A block of the decoder. */
export type DecoderBlock = ArchitectureSpec['decoder'][number];
/** A block of either half. */
export type Block = EncoderBlock | DecoderBlock;
/** Height, width and channels of the images that a network is made for. */
export type ImageShape = ArchitectureSpec['image'];
