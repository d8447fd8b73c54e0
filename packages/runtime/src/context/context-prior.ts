import { finish, type RangeDecoder, type RangeEncoder, type Steps, TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { blocksOf, frameOf } from './blocks.js';
import { type ContextModel, neighbourCount, SCALE_UNIT } from './context-model.js';
import { contextDecoding, contextEncoding } from './context-symbols.js';
import { type CodedChannel, type ContextWalker, PIECE_SYMBOLS, type SymbolCoder } from './context-walker.js';
import { createContextWalker } from './create-context-walker.js';
import type { ContextKernelName, KernelOptions } from './kernel.js';
import type { Entries } from './mixture.js';

/**
 * The context prior of a bundle, ready to code: walks over the symbols of latents and gives each one's distribution.
 * Encoding and decoding are the same walk.
 */
export class ContextPrior {
  readonly #model: ContextModel;
  readonly #walker: ContextWalker;
  readonly #coded: readonly (readonly CodedChannel[])[];

  /**
   * @param multipliers the manifest's quantizer.multipliers for a model of version 1, one for each of its qualities.
   * @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here.
   */
  constructor(model: ContextModel, multipliers: readonly number[] | undefined, options: KernelOptions = {}) {
    this.#model = model;
    this.#coded = codedChannels(model, multipliers);
    this.#walker = createContextWalker(model, this.#coded, options);
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#walker.name;
  }

  /** Bits that a latent of this shape takes at least: every entry but the symbol's own keeps a frequency of 1. */
  leastBits(quality: number, { height, width }: ItemShape): number {
    const bits = this.#coded[quality]!.map(({ count }) => Math.log2(TOTAL / (TOTAL - count + 1)));
    return bits.reduce((sum, value) => sum + value, 0) * height * width;
  }

  /** Products of weights that a latent of this shape takes, at most: what coding it costs. */
  products(quality: number, { height, width }: ItemShape): number {
    const { radius, hidden1, hidden2, components } = this.#model;
    const channels = this.#coded[quality]!.length;
    const first = (neighbourCount(radius) + 1) * channels * hidden1;
    return height * width * (first + channels * hidden2 * (hidden1 + 3 * components));
  }

  /**
   * Codes the symbols of latents of one shape, image after image.
   * @param symbols int32, N×c×h×w; each is replaced by what the coder gives back.
   */
  code(symbols: Int32Array, shape: ItemShape, quality: number, coder: SymbolCoder): void {
    finish(this.steps(symbols, shape, quality, coder));
  }

  /** Encodes symbols as `encodeContextSymbols`, in pieces. */
  encoding(encoder: RangeEncoder, symbols: Int32Array, shape: ItemShape, quality: number): Steps<void> {
    return contextEncoding(encoder, symbols, this, shape, quality);
  }

  /** Decodes symbols as `decodeContextSymbols`, in pieces. @throws ConvaeError DATA_INVALID where the bytes are damaged. */
  decoding(decoder: RangeDecoder, symbols: Int32Array, shape: ItemShape, quality: number): Steps<void> {
    return contextDecoding(decoder, symbols, this, shape, quality);
  }

  /** As {@link code}, in pieces of some thousand symbols. */
  *steps(symbols: Int32Array, shape: ItemShape, quality: number, coder: SymbolCoder): Steps<void> {
    const { channels, height, width } = shape;
    const [frame, blocks] = [frameOf(this.#model, shape), blocksOf(shape, PIECE_SYMBOLS)];
    const length = channels * height * width;
    for (let start = 0; start < symbols.length; start += length) {
      const latent = symbols.subarray(start, start + length);
      for (const block of blocks) {
        this.#walker.code(latent, frame, block, quality, coder);
        yield block.rows * block.columns * channels;
      }
    }
  }
}

/**
 * The channels that are coded at each quality, in their order.
 * @param multipliers as {@link ContextPrior} takes them.
 */
export function codedChannels(model: ContextModel, multipliers: readonly number[] = []): CodedChannel[][] {
  const { qualities, channels, scales, log2Scales } = model;
  return Array.from({ length: qualities }, (_, quality) =>
    Array.from({ length: channels }, (__, channel) => {
      const at = quality * channels + channel;
      const scale = scales === undefined ? SCALE_UNIT * multipliers[quality]! : scales[at]!;
      const log2Scale = log2Scales[scales === undefined ? quality : at]!;
      return { channel, scale, log2Scale, ...entriesAt(model, channel, scale) };
    }).filter(({ scale }) => scale > 0),
  );
}

/** The regular symbols of a channel where a symbol is `scale` / 64 units. */
function entriesAt({ ranges }: ContextModel, channel: number, scale: number): Entries {
  const min = Math.floor((ranges[2 * channel]! * SCALE_UNIT) / scale);
  const max = Math.ceil((ranges[2 * channel + 1]! * SCALE_UNIT) / scale);
  return { min, count: max - min + 3 };
}
