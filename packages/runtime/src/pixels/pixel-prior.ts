import { blocksOf, frameOf } from '../context/blocks.js';
import type { ContextKernelName, KernelOptions } from '../context/kernel.js';
import { type Steps, TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { createPixelWalker } from './create-pixel-walker.js';
import { LISTED_COLOURS } from './pixel-copies.js';
import { type PixelModel, pixelHeads, pixelOutputs, pixelRows } from './pixel-model.js';
import { PIECE_VALUES, type PixelWalker, type ValueCoder } from './pixel-walker.js';

/**
 * The pixel context model of a bundle, ready to code: walks over the values of images and gives each one's distribution.
 * Encoding and decoding are the same walk.
 */
export class PixelPrior {
  readonly #model: PixelModel;
  readonly #walker: PixelWalker;

  /** @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here. */
  constructor(model: PixelModel, options: KernelOptions = {}) {
    this.#model = model;
    this.#walker = createPixelWalker(model, options);
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#walker.name;
  }

  /** Bits that an image of this shape takes at least: no question is answered for less. */
  leastBits({ channels, height, width }: ItemShape): number {
    const answers = this.#model.copies ? 1 : channels;
    return answers * height * width * Math.log2(TOTAL / (TOTAL - 1));
  }

  /** Products of weights that an image of this size takes, at most: what coding it costs. */
  products({ height, width }: Pick<ItemShape, 'height' | 'width'>): number {
    const { channels, hidden1, hidden2, components, copies } = this.#model;
    const later = pixelHeads(this.#model) * hidden2 * (hidden1 + pixelOutputs(this.#model));
    const listed = copies ? 2 * LISTED_COLOURS * components * channels : 0;
    return height * width * (pixelRows(this.#model) * hidden1 + later + listed);
  }

  /**
   * Codes the values of images of one shape, image after image, in pieces of some thousand values.
   * @param pixels uint8, N×H×W×C; each is replaced by what the coder gives back.
   * @param pieceValues values of a piece, at most, but at least a place's; yields how many it has.
   */
  *steps(
    pixels: Uint8Array,
    { height, width }: Pick<ItemShape, 'height' | 'width'>,
    coder: ValueCoder,
    pieceValues = PIECE_VALUES,
  ): Steps<void> {
    const shape = { channels: this.#model.channels, height, width };
    const [frame, blocks] = [frameOf(this.#model, shape), blocksOf(shape, pieceValues)];
    const length = shape.channels * height * width;
    for (let start = 0; start < pixels.length; start += length) {
      const image = pixels.subarray(start, start + length);
      for (const block of blocks) {
        this.#walker.code(image, frame, block, coder);
        yield block.rows * block.columns * shape.channels;
      }
    }
  }
}
