import type { Block, Frame } from '../context/blocks.js';
import type { PixelModel } from './pixel-model.js';

/** A block of an image with what is around it as far as the radius, in a memory: outside of the image all is 0. */
export class PixelWindow {
  /** Bytes of a row. */
  readonly stride: number;
  readonly #channels: number;
  readonly #radius: number;
  readonly #frame: Frame;
  readonly #block: Block;

  constructor({ channels, radius }: PixelModel, frame: Frame, block: Block) {
    this.stride = (block.columns + 2 * radius) * channels;
    this.#channels = channels;
    this.#radius = radius;
    this.#frame = frame;
    this.#block = block;
  }

  /** Copies from an image, H×W×C, to the memory's `bytes` from 0 on. */
  copyIn(image: Uint8Array, bytes: Uint8Array): void {
    const { top, left, rows, columns } = this.#block;
    const [channels, radius, { width }] = [this.#channels, this.#radius, this.#frame];
    bytes.fill(0, 0, this.stride * (rows + radius));
    const [first, end] = [Math.max(0, left - radius), Math.min(width, left + columns + radius)];
    const inside = (first - left + radius) * channels;
    for (let row = Math.max(0, top - radius); row < top + rows; row++) {
      const values = image.subarray((row * width + first) * channels, (row * width + end) * channels);
      bytes.set(values, (row - top + radius) * this.stride + inside);
    }
  }

  /** Copies the block back. */
  copyOut(image: Uint8Array, bytes: Uint8Array): void {
    const { top, left, rows, columns } = this.#block;
    const [channels, radius, { width }] = [this.#channels, this.#radius, this.#frame];
    for (let row = 0; row < rows; row++) {
      const start = (row + radius) * this.stride + radius * channels;
      image.set(bytes.subarray(start, start + columns * channels), ((top + row) * width + left) * channels);
    }
  }
}
