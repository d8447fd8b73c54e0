import { type ImageBatch, neighbourCount } from '@convae/runtime/core';
import type { PixelGrid } from './pixel-grid.js';

/** Above this a value counts as white: it has an input of its own where it is the left neighbour's. */
const WHITE = 250;
/** The first of the values that share the white mass, which goes up to 255. */
const FIRST_WHITE = 253;
/** An edge beyond every logistic. */
const FAR = 1e4;

/** Inputs are 0..2 for the values 0..255, and indicators 0 or 1. */
const VALUE_SCALE = 2 / 255;

/**
 * The pixels of some images as the network takes them: a row for each place; places whose whole neighbourhood and own
 * values are 0 share a row that counts for them all.
 */
export interface PixelRows {
  readonly count: number;
  /** Values of all images, what bits are averaged over. */
  readonly values: number;
  /** count×inputs: of each neighbour and channel value and indicator, then for each channel whether the left one is white. */
  readonly inputs: Float32Array;
  /** Cell of the grid of places. */
  readonly places: Int32Array;
  /** How many places a row stands for. */
  readonly weights: Float32Array;
  /** count×2·(channels − 1): value and indicator of the place's own channels but the last, in coding order. */
  readonly own: Float32Array;
  /** channels×count×bases: the grey levels that means are counted from in turn. */
  readonly bases: Float32Array;
  /** The rest channels×count. Grey levels between which the value lies; beyond all at the ends. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** 1 where the value is 0. */
  readonly zero: Float32Array;
  /** The part of the white mass that belongs to the value, 0 or 1/3. */
  readonly white: Float32Array;
}

/** Channels in the order in which they are coded: alpha first. */
const codingOrder = (channels: number): readonly number[] =>
  channels === 4 ? [3, 0, 1, 2] : Array.from({ length: channels }, (_, c) => c);

/** Inputs of a place that come from its neighbours. */
export const inputCount = (channels: number, radius: number): number =>
  2 * neighbourCount(radius) * channels + channels;

/** Floats of the inputs of a value. */
const SCALED = Float32Array.from({ length: 256 }, (_, value) => value * VALUE_SCALE);

/** Images in coding order within a frame of zeros: `radius` rows above, `radius` columns on both sides. */
function framed(images: ImageBatch, index: number, radius: number): Uint8Array {
  const { data, height, width, channels } = images;
  const line = (width + 2 * radius) * channels;
  const frame = new Uint8Array((height + radius) * line);
  const order = codingOrder(channels);
  let from = index * height * width * channels;
  for (let y = 0; y < height; y++) {
    let to = (y + radius) * line + radius * channels;
    for (let x = 0; x < width; x++, from += channels, to += channels)
      for (let c = 0; c < channels; c++) frame[to + c] = data[from + order[c]!]!;
  }
  return frame;
}

/** What rows depend on besides the images. */
export interface RowOptions {
  readonly radius: number;
  readonly bases: number;
  readonly grid: PixelGrid;
}

/** Collects the rows of images. */
class RowsBuilder {
  readonly #channels: number;
  readonly #radius: number;
  readonly #grid: PixelGrid;
  readonly #inputs: number;
  readonly #features: Float32Array;
  readonly #places: Int32Array;
  readonly #weights: Float32Array;
  readonly #own: Float32Array;
  readonly #levels: Uint8Array;
  readonly #bases: number;
  /** count×channels×bases. */
  readonly #centres: Uint8Array;
  /** The shared row of each cell, −1 where it has none yet. */
  readonly #shared: Int32Array;
  #count = 0;
  /** Whether the last place has a row of its own. */
  #placed = false;

  constructor(most: number, channels: number, { radius, bases, grid }: RowOptions) {
    this.#channels = channels;
    this.#radius = radius;
    this.#bases = bases;
    this.#grid = grid;
    this.#inputs = inputCount(channels, radius);
    this.#features = new Float32Array(most * this.#inputs);
    this.#places = new Int32Array(most);
    this.#weights = new Float32Array(most);
    this.#own = new Float32Array(most * 2 * (channels - 1));
    this.#levels = new Uint8Array(most * channels);
    this.#centres = new Uint8Array(most * channels * bases);
    this.#shared = new Int32Array(grid.height * grid.width).fill(-1);
  }

  add(images: ImageBatch, index: number): void {
    const { height, width } = images;
    const frame = framed(images, index, this.#radius);
    const line = (width + 2 * this.#radius) * this.#channels;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (y + this.#radius) * line + (x + this.#radius) * this.#channels;
        this.#addPlace(frame, at, line, this.#grid.cell(y, x, height, width));
        if (this.#placed) this.#setCentres(frame, at, line, { y, x, width });
      }
  }

  #addPlace(frame: Uint8Array, at: number, line: number, cell: number): void {
    const channels = this.#channels;
    const empty = !this.#fillInputs(frame, at, line);
    let nothing = empty;
    for (let c = 0; c < channels; c++) nothing &&= frame[at + c] === 0;
    const shared = this.#shared[cell]!;
    this.#placed = !(nothing && shared >= 0);
    if (!this.#placed) {
      this.#weights[shared]! += 1;
      return;
    }
    const row = this.#count++;
    if (nothing) this.#shared[cell] = row;
    this.#places[row] = cell;
    this.#weights[row] = 1;
    for (let c = 0; c < channels; c++) {
      const value = frame[at + c]!;
      if (c + 1 < channels) this.#setOwn(row * (channels - 1) + c, value);
      this.#levels[row * channels + c] = value;
    }
  }

  #setOwn(pair: number, value: number): void {
    this.#own[2 * pair] = SCALED[value]!;
    this.#own[2 * pair + 1] = value > 0 ? 1 : 0;
  }

  /** Writes the bases of the last row (FORMAT.md, "Distribution of a value"). */
  #setCentres(
    frame: Uint8Array,
    at: number,
    line: number,
    { y, x, width }: { readonly y: number; readonly x: number; readonly width: number },
  ): void {
    const [channels, bases] = [this.#channels, this.#bases];
    for (let c = 0; c < channels; c++) {
      const own = at + c;
      const above = frame[own - line]!;
      const left = x > 0 ? frame[own - channels]! : above;
      const right = x + 1 < width ? frame[own - line + channels]! : above;
      const corner = x > 0 ? frame[own - line - channels]! : above;
      const gradient = Math.max(0, Math.min(255, left + above - corner));
      const all = y === 0 ? [left, left, left, left] : [left, above, right, gradient];
      const to = ((this.#count - 1) * channels + c) * bases;
      for (let i = 0; i < bases; i++) this.#centres[to + i] = all[i]!;
    }
  }

  /** Writes the inputs of the next row; returns whether one of them is not 0. */
  #fillInputs(frame: Uint8Array, at: number, line: number): boolean {
    const [channels, radius] = [this.#channels, this.#radius];
    const reach = radius * channels;
    let to = this.#count * this.#inputs;
    let seen = 0;
    for (let dy = radius; dy >= 0; dy--) {
      const middle = at - dy * line;
      const end = dy === 0 ? middle : middle + reach + channels;
      for (let from = middle - reach; from < end; from++) {
        const value = frame[from]!;
        seen |= value;
        this.#features[to++] = SCALED[value]!;
        this.#features[to++] = value > 0 ? 1 : 0;
      }
    }
    for (let c = 0; c < channels; c++) this.#features[to++] = frame[at - channels + c]! > WHITE ? 1 : 0;
    return seen !== 0;
  }

  #basesByChannel(): Float32Array {
    const [count, channels, bases] = [this.#count, this.#channels, this.#bases];
    const result = new Float32Array(channels * count * bases);
    for (let c = 0, to = 0; c < channels; c++)
      for (let row = 0; row < count; row++)
        for (let i = 0; i < bases; i++) result[to++] = this.#centres[(row * channels + c) * bases + i]!;
    return result;
  }

  finish(values: number): PixelRows {
    const count = this.#count;
    const channels = this.#channels;
    const byChannel = (levels: Uint8Array, of: (level: number) => number): Float32Array => {
      const result = new Float32Array(channels * count);
      for (let c = 0; c < channels; c++)
        for (let row = 0; row < count; row++) result[c * count + row] = of(levels[row * channels + c]!);
      return result;
    };
    return {
      count,
      values,
      inputs: this.#features.subarray(0, count * this.#inputs),
      places: this.#places.subarray(0, count),
      weights: this.#weights.subarray(0, count),
      own: this.#own.subarray(0, count * 2 * (channels - 1)),
      bases: this.#basesByChannel(),
      low: byChannel(this.#levels, (level) => (level === 0 ? -FAR : level - 0.5)),
      high: byChannel(this.#levels, (level) => (level === 255 ? FAR : level + 0.5)),
      zero: byChannel(this.#levels, (level) => (level === 0 ? 1 : 0)),
      white: byChannel(this.#levels, (level) => (level >= FIRST_WHITE ? 1 / (256 - FIRST_WHITE) : 0)),
    };
  }
}

/** The rows of some images of a set, in this order. */
export function pixelRows(images: ImageBatch, indices: ArrayLike<number>, options: RowOptions): PixelRows {
  const { height, width, channels } = images;
  const places = indices.length * height * width;
  const builder = new RowsBuilder(places, channels, options);
  for (let i = 0; i < indices.length; i++) builder.add(images, indices[i]!);
  return builder.finish(places * channels);
}
