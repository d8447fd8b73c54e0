import { ConvaeError } from '@convae/runtime';
import type { ArchitectureSpec, Block, ImageShape } from './spec.js';

/** What flows between blocks: a picture, or a vector (height = width = 1, `flat`). */
export interface BlockShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly flat: boolean;
}

/** Output shape of one block. */
export function blockOutput(block: Block, input: BlockShape): BlockShape {
  const scaled = (f: (n: number) => number, channels: number): BlockShape => ({
    height: f(input.height),
    width: f(input.width),
    channels,
    flat: false,
  });
  switch (block.kind) {
    case 'conv':
      return scaled((n) => Math.floor(Math.ceil(n / block.stride) / block.pool), block.filters);
    case 'transpose':
      return scaled((n) => n * block.stride, block.filters);
    case 'nearest':
    case 'bilinear':
      return scaled((n) => n * block.factor, block.filters);
    case 'expand':
      return { height: block.height, width: block.width, channels: block.filters, flat: false };
    case 'dense':
      return { height: 1, width: 1, channels: block.units, flat: true };
  }
}

/** Input and output shape of every block of one half, in order. */
export interface ChainLink {
  readonly block: Block;
  readonly input: BlockShape;
  readonly output: BlockShape;
}

function chain(blocks: readonly Block[], start: BlockShape): ChainLink[] {
  const links: ChainLink[] = [];
  let input = start;
  for (const block of blocks) {
    const output = blockOutput(block, input);
    links.push({ block, input, output });
    input = output;
  }
  return links;
}

/** The two halves of the network. */
export type Half = 'encoder' | 'decoder';

/** The shapes through encoder and decoder. */
export interface NetworkShapes {
  readonly encoder: readonly ChainLink[];
  readonly decoder: readonly ChainLink[];
  /** The linear transforms beside the blocks, as blocks; undefined where there are none. */
  readonly linear: Readonly<Record<Half, ChainLink>> | undefined;
  readonly latent: BlockShape;
  /** True where every block is convolutional, so any multiple of `multiple` fits. */
  readonly anySize: boolean;
  /** Product of all strides and pools of the encoder. */
  readonly multiple: number;
}

/** Patches to latents is a convolution that steps by its kernel, latents to patches its transpose. */
function linearLinks(
  { linear, image }: ArchitectureSpec,
  latent: BlockShape,
  output: BlockShape,
): NetworkShapes['linear'] {
  if (linear === undefined) return undefined;
  const common = { kernel: linear.patch, stride: linear.patch, activation: 'linear' } as const;
  const input = { ...image, flat: false };
  return {
    encoder: {
      block: { kind: 'conv', filters: latent.channels, pool: 1, ...common },
      input,
      output: latent,
    },
    decoder: { block: { kind: 'transpose', filters: image.channels, ...common }, input: latent, output },
  };
}

/** Follow the shapes through the network without checking that they fit. */
export function traceShapes(spec: ArchitectureSpec): NetworkShapes {
  const encoder = chain(spec.encoder, { ...spec.image, flat: false });
  const latent = encoder.at(-1)!.output;
  const decoder = chain(spec.decoder, latent);
  const blocks: readonly Block[] = [...spec.encoder, ...spec.decoder];
  const anySize = blocks.every((block) => block.kind !== 'dense' && block.kind !== 'expand');
  const multiple = spec.encoder.reduce((m, b) => (b.kind === 'conv' ? m * b.stride * b.pool : m), 1);
  const linear = linearLinks(spec, latent, decoder.at(-1)!.output);
  return { encoder, decoder, linear, latent, anySize, multiple };
}

/** The multiples of `multiple` next to `size`: below (never 0) and above. */
export function nearestValidSizes(size: number, multiple: number): number[] {
  const below = Math.floor(size / multiple) * multiple;
  return below > 0 ? [below, below + multiple] : [below + multiple];
}

/**
 * Refuse images that the network cannot divide.
 *
 * @throws ConvaeError `SHAPE_MISMATCH` naming the nearest sizes that fit
 */
export function checkImageSize(image: ImageShape, multiple: number): void {
  for (const side of ['height', 'width'] as const) {
    const value = image[side];
    if (value % multiple === 0) continue;
    const valid = nearestValidSizes(value, multiple).join(' or ');
    throw new ConvaeError(
      'SHAPE_MISMATCH',
      `expected an image ${side} that is a multiple of ${multiple} for this network, received ${value}; nearest valid: ${valid}`,
    );
  }
}
