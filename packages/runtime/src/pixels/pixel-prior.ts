import type { ContextKernelName } from '../context/kernel.js';
import { type Steps, TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { createPixelWalker } from './create-pixel-walker.js';
import { type PixelModel, pixelOutputs, pixelRows } from './pixel-model.js';
import { blocksOf, frameOf, type PixelWalker, type ValueCoder } from './pixel-walker.js';

/**
 * The pixel context model of a bundle, ready to code: walks over the values of images and gives each one's distribution.
 * Encoding and decoding are the same walk.
 */
export class PixelPrior {
  readonly #model: PixelModel;
  readonly #walker: PixelWalker;

  /** @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here. */
  constructor(model: PixelModel, kernel?: ContextKernelName) {
    this.#model = model;
    this.#walker = createPixelWalker(model, kernel);
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#walker.name;
  }

  /** Bits that an image of this shape takes at least: no question is answered for less. */
  leastBits({ channels, height, width }: ItemShape): number {
    return channels * height * width * Math.log2(TOTAL / (TOTAL - 1));
  }

  /** Products of weights that an image of this size takes, at most: what coding it costs. */
  products({ height, width }: Pick<ItemShape, 'height' | 'width'>): number {
    const { channels, hidden1, hidden2 } = this.#model;
    const later = channels * hidden2 * (hidden1 + pixelOutputs(this.#model));
    return height * width * (pixelRows(this.#model) * hidden1 + later);
  }

  /**
   * Codes the values of images of one shape, image after image, in pieces of some thousand values.
   * @param pixels uint8, N×H×W×C; each is replaced by what the coder gives back.
   */
  *steps(
    pixels: Uint8Array,
    { height, width }: Pick<ItemShape, 'height' | 'width'>,
    coder: ValueCoder,
  ): Steps<void> {
    const shape = { channels: this.#model.channels, height, width };
    const [frame, blocks] = [frameOf(this.#model, shape), blocksOf(shape)];
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
