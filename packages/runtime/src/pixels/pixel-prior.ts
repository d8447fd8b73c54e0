import { neighbourCount } from '../context/context-model.js';
import { gridPlaces } from '../context/context-prior.js';
import type { ContextKernelName } from '../context/kernel.js';
import { type Steps, TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { createPixelKernel } from './create-pixel-kernel.js';
import type { PixelKernel } from './pixel-kernel.js';
import { PixelMixture } from './pixel-mixture.js';
import { type PixelModel, pixelOutputs, pixelRows, WHITE_ABOVE } from './pixel-model.js';

/** Codes one value: writes it and gives it back, or reads one. */
export interface ValueCoder {
  /** Codes whether the value is 0, which has the frequency `zero` of 65536. */
  isZero(zero: number, value: number): boolean;
  /** Codes a value of 1..255. */
  other(mixture: PixelMixture, value: number): number;
}

/** Values that are coded between two turns of others, about: some milliseconds, in plain code some tens. */
const PIECE_VALUES = 2048;

/**
 * The pixel context model of a bundle, ready to code: walks over the values of images and gives each one's distribution.
 * Encoding and decoding are the same walk.
 */
export class PixelPrior {
  readonly #model: PixelModel;
  readonly #kernel: PixelKernel;
  readonly #mixture: PixelMixture;
  /** For each place of the grid and channel the frequency of 0 where all inputs are 0; 0 where not yet found. */
  readonly #blank: Uint16Array;

  /** @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here. */
  constructor(model: PixelModel, kernel?: ContextKernelName) {
    this.#model = model;
    this.#kernel = createPixelKernel(model, kernel);
    this.#mixture = new PixelMixture(model.components);
    this.#blank = new Uint16Array(model.gridHeight * model.gridWidth * model.channels);
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#kernel.name;
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
    const { channels } = this.#model;
    const [places, piece] = [height * width, Math.ceil(PIECE_VALUES / channels)];
    const walk = new PixelWalk(this.#model, { height, width }, this.#kernel, this.#mixture, this.#blank);
    for (let start = 0; start < pixels.length; start += channels * places) {
      const image = pixels.subarray(start, start + channels * places);
      for (let first = 0; first < places; first += piece) {
        const end = Math.min(places, first + piece);
        walk.code(image, first, end, coder);
        yield (end - first) * channels;
      }
    }
  }
}

/** In which order the channels of a pixel are coded: alpha first, because colours say nothing where it is 0. */
const codingOrder = (channels: number): readonly number[] =>
  channels === 4 ? [3, 0, 1, 2] : Array.from({ length: channels }, (_, channel) => channel);

/** A walk over images of one size. */
class PixelWalk {
  readonly #model: PixelModel;
  readonly #width: number;
  readonly #kernel: PixelKernel;
  readonly #mixture: PixelMixture;
  readonly #blank: Uint16Array;
  readonly #gridRows: Uint16Array;
  readonly #gridColumns: Uint16Array;
  readonly #order: Uint8Array;
  readonly #pairs: { readonly white: number; readonly own: number };
  /** The inputs of the place that are not 0: pair and value in turn. */
  readonly #inputs: Int32Array;
  /** The values that the means of a value's distribution are measured from. */
  readonly #bases: Uint8Array;
  #inputCount = 0;
  /** Whether the kernel holds the inputs of the place. */
  #entered = false;

  constructor(
    model: PixelModel,
    { height, width }: Pick<ItemShape, 'height' | 'width'>,
    kernel: PixelKernel,
    mixture: PixelMixture,
    blank: Uint16Array,
  ) {
    const { channels, radius, gridHeight, gridWidth } = model;
    this.#model = model;
    this.#width = width;
    this.#kernel = kernel;
    this.#mixture = mixture;
    this.#blank = blank;
    this.#gridRows = gridPlaces(height, gridHeight);
    this.#gridColumns = gridPlaces(width, gridWidth);
    this.#order = Uint8Array.from(codingOrder(channels));
    const white = neighbourCount(radius) * channels;
    this.#pairs = { white, own: white + channels };
    this.#inputs = new Int32Array(2 * (white + 2 * channels));
    this.#bases = new Uint8Array(model.bases);
  }

  /** Codes the places first..end − 1 of an image. */
  code(image: Uint8Array, first: number, end: number, coder: ValueCoder): void {
    let row = Math.floor(first / this.#width);
    let column = first - row * this.#width;
    for (let place = first; place < end; place++) {
      this.#codePlace(image, row, column, coder);
      if (++column < this.#width) continue;
      column = 0;
      row++;
    }
  }

  #codePlace(image: Uint8Array, row: number, column: number, coder: ValueCoder): void {
    const { channels, gridWidth } = this.#model;
    const position = this.#gridRows[row]! * gridWidth + this.#gridColumns[column]!;
    const at = (row * this.#width + column) * channels;
    this.#gather(image, row, column);
    this.#entered = false;
    for (let k = 0; k < channels; k++) {
      const own = at + this.#order[k]!;
      this.#findBases(image, own, row, column);
      const value = this.#codeValue(position, k, image[own]!, coder);
      image[own] = value;
      if (value > 0 && k + 1 < channels) this.#add(this.#pairs.own + k, value);
    }
  }

  #codeValue(position: number, channel: number, value: number, coder: ValueCoder): number {
    const blank = this.#inputCount === 0;
    const slot = position * this.#model.channels + channel;
    let zero = blank ? this.#blank[slot]! : 0;
    const known = zero > 0;
    if (!known) {
      this.#distribution(position, channel);
      zero = this.#mixture.zero;
      if (blank) this.#blank[slot] = zero;
    }
    if (coder.isZero(zero, value)) return 0;
    if (known) this.#distribution(position, channel);
    return coder.other(this.#mixture, value);
  }

  /** Runs the network for a channel of the place. */
  #distribution(position: number, channel: number): void {
    const kernel = this.#kernel;
    if (!this.#entered) {
      kernel.start(position);
      for (let i = 0; i < this.#inputCount; i++) kernel.add(this.#inputs[2 * i]!, this.#inputs[2 * i + 1]!);
      this.#entered = true;
    }
    kernel.run(channel);
    this.#mixture.set(kernel.outputs, this.#bases);
  }

  /** Takes an input of the place, for its later channels. */
  #add(pair: number, value: number): void {
    this.#push(pair, value);
    if (this.#entered) this.#kernel.add(pair, value);
  }

  #push(pair: number, value: number): void {
    const at = 2 * this.#inputCount++;
    this.#inputs[at] = pair;
    this.#inputs[at + 1] = value;
  }

  /** Collects the neighbours that are not 0, and whether the left one is white. */
  #gather(image: Uint8Array, row: number, column: number): void {
    const { channels, radius } = this.#model;
    const [width, order] = [this.#width, this.#order];
    this.#inputCount = 0;
    let pair = 0;
    for (let y = row - radius; y <= row; y++) {
      const last = y < row ? column + radius : column - 1;
      for (let x = column - radius; x <= last; x++, pair += channels) {
        if (y < 0 || x < 0 || x >= width) continue;
        const at = (y * width + x) * channels;
        for (let k = 0; k < channels; k++) {
          const value = image[at + order[k]!]!;
          if (value > 0) this.#push(pair + k, value);
        }
      }
    }
    if (column > 0) this.#gatherWhite(image, (row * width + column - 1) * channels);
  }

  #gatherWhite(image: Uint8Array, left: number): void {
    for (let k = 0; k < this.#model.channels; k++)
      if (image[left + this.#order[k]!]! > WHITE_ABOVE) this.#push(this.#pairs.white + k, 255);
  }

  /** The bases of a value at `own` (FORMAT.md, "Distribution of a value"); unused ones are left out. */
  #findBases(image: Uint8Array, own: number, row: number, column: number): void {
    const bases = this.#bases;
    const { channels } = this.#model;
    const line = this.#width * channels;
    const above = row > 0 ? image[own - line]! : 0;
    const left = column > 0 ? image[own - channels]! : above;
    bases[0] = left;
    if (bases.length === 1) return;
    const corner = row > 0 && column > 0 ? image[own - line - channels]! : above;
    bases[1] = row > 0 ? above : left;
    bases[2] = row > 0 && column + 1 < this.#width ? image[own - line + channels]! : bases[1]!;
    bases[3] = row > 0 ? Math.max(0, Math.min(255, left + above - corner)) : left;
  }
}
