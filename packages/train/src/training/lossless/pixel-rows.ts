import {
  COPY_CANDIDATES,
  COPY_LISTED,
  COPY_NEW,
  COPY_PAIRS,
  codingOrder,
  type ImageBatch,
  neighbourCount,
  PixelChoices,
} from '@convae/runtime/core';
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
  /** Rows whose values are coded: all, or where colours are copied those of the others; what follows of values is theirs. */
  readonly coded: number;
  /** Their numbers among all rows. */
  readonly codedRows: Int32Array;
  /** Where colours are copied: of each row which choice it is, 0..5, and for each candidate 1 where it is the first of its colour. */
  readonly choices: Int32Array;
  readonly candidates: Float32Array;
  /** Values of all images, what bits are averaged over. */
  readonly values: number;
  /**
   * count×inputs: of each neighbour and channel value and indicator, then for each channel whether the left one is white, then
   * where colours are copied of each pair of neighbours whether they differ.
   */
  readonly inputs: Float32Array;
  /** Cell of the grid of places. */
  readonly places: Int32Array;
  /** How many places a row stands for. */
  readonly weights: Float32Array;
  /**
   * coded×{@link ownCount}: value and indicator of the place's own channels but the last, in coding order; where colours are
   * copied then of each of these channels and each candidate whether they differ.
   */
  readonly own: Float32Array;
  /** channels×coded×bases: the grey levels that means are counted from in turn. */
  readonly bases: Float32Array;
  /** The rest channels×coded. Grey levels between which the value lies; beyond all at the ends. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** 1 where the value is 0. */
  readonly zero: Float32Array;
  /** The part of the white mass that belongs to the value, 0 or 1/3. */
  readonly white: Float32Array;
}

/** Inputs of a place that come from its neighbours. */
export const inputCount = (channels: number, radius: number, copies: boolean): number =>
  2 * neighbourCount(radius) * channels + channels + (copies ? COPY_PAIRS.length : 0);

/** Inputs of a value that come from the earlier channels of its place. */
export const ownCount = (channels: number, copies: boolean): number =>
  (2 + (copies ? COPY_CANDIDATES.length : 0)) * (channels - 1);

/** Floats of the inputs of a value. */
const SCALED = Float32Array.from({ length: 256 }, (_, value) => value * VALUE_SCALE);

/** An image in coding order within a frame of zeros. */
interface Frame {
  readonly bytes: Uint8Array;
  /** Bytes of a row. */
  readonly line: number;
  readonly channels: number;
}

/** An image in coding order within a frame of zeros: `radius` rows above, `radius` columns on both sides. */
function framed(images: ImageBatch, index: number, radius: number): Frame {
  const { data, height, width, channels } = images;
  const line = (width + 2 * radius) * channels;
  const bytes = new Uint8Array((height + radius) * line);
  const order = codingOrder(channels);
  let from = index * height * width * channels;
  for (let y = 0; y < height; y++) {
    let to = (y + radius) * line + radius * channels;
    for (let x = 0; x < width; x++, from += channels, to += channels)
      for (let c = 0; c < channels; c++) bytes[to + c] = data[from + order[c]!]!;
  }
  return { bytes, line, channels };
}

/** What rows depend on besides the images. */
export interface RowOptions {
  readonly radius: number;
  readonly bases: number;
  readonly copies: boolean;
  readonly grid: PixelGrid;
}

/** A place of an image. */
interface Place {
  readonly y: number;
  readonly x: number;
  readonly width: number;
  /** Of the grid. */
  readonly cell: number;
}

/** Collects the rows of images. */
class RowsBuilder {
  readonly #options: RowOptions;
  readonly #channels: number;
  readonly #inputCount: number;
  readonly #ownCount: number;
  readonly #inputs: Float32Array;
  readonly #places: Int32Array;
  readonly #weights: Float32Array;
  readonly #chosen: Int32Array;
  readonly #candidates: Float32Array;
  readonly #codedRows: Int32Array;
  readonly #own: Float32Array;
  readonly #levels: Uint8Array;
  /** coded×channels×bases. */
  readonly #centres: Uint8Array;
  /** The shared row of each cell, −1 where it has none yet. */
  readonly #shared: Int32Array;
  #count = 0;
  #coded = 0;
  #frame: Frame = { bytes: new Uint8Array(), line: 0, channels: 1 };
  /** Where colours are copied, of the place that was looked at last. */
  readonly #choices: PixelChoices | undefined;
  #image: Uint8Array = new Uint8Array();

  constructor(most: number, channels: number, options: RowOptions) {
    const { radius, bases, copies, grid } = options;
    this.#options = options;
    this.#channels = channels;
    this.#inputCount = inputCount(channels, radius, copies);
    this.#ownCount = ownCount(channels, copies);
    this.#inputs = new Float32Array(most * this.#inputCount);
    this.#places = new Int32Array(most);
    this.#weights = new Float32Array(most);
    this.#choices = copies ? new PixelChoices(channels) : undefined;
    this.#chosen = new Int32Array(copies ? most : 0);
    this.#candidates = new Float32Array(copies ? most * COPY_CANDIDATES.length : 0);
    this.#codedRows = new Int32Array(most);
    this.#own = new Float32Array(most * this.#ownCount);
    this.#levels = new Uint8Array(most * channels);
    this.#centres = new Uint8Array(most * channels * bases);
    this.#shared = new Int32Array(grid.height * grid.width).fill(-1);
  }

  add(images: ImageBatch, index: number): void {
    const { height, width, channels } = images;
    const { radius, grid } = this.#options;
    this.#frame = framed(images, index, radius);
    const size = height * width * channels;
    this.#image = images.data.subarray(index * size, (index + 1) * size);
    this.#choices?.clear();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (y + radius) * this.#frame.line + (x + radius) * channels;
        this.#addPlace(at, { y, x, width, cell: grid.cell(y, x, height, width) });
      }
  }

  #addPlace(at: number, place: Place): void {
    const { cell, y, x, width } = place;
    this.#choices?.look(this.#image, { row: y, column: x, width });
    let nothing = !this.#fillInputs(at);
    for (let c = 0; c < this.#channels; c++) nothing &&= this.#frame.bytes[at + c] === 0;
    const shared = this.#shared[cell]!;
    if (nothing && shared >= 0) {
      this.#weights[shared]! += 1;
      return;
    }
    const row = this.#count++;
    if (nothing) this.#shared[cell] = row;
    this.#places[row] = cell;
    this.#weights[row] = 1;
    if (this.#choose(row, place) >= COPY_LISTED) this.#addValues(row, at, place);
  }

  /** Which choice a place is; a new colour where none are copied. */
  #choose(row: number, { y, x, width }: Place): number {
    const choices = this.#choices;
    if (choices === undefined) return COPY_NEW;
    const at = (y * width + x) * this.#channels;
    const choice = choices.choose(this.#image, at);
    if (choice === COPY_NEW) choices.add(this.#image, at);
    this.#chosen[row] = choice;
    const candidates = choices.possible.slice(0, COPY_CANDIDATES.length);
    this.#candidates.set(candidates.map(Number), COPY_CANDIDATES.length * row);
    return choice;
  }

  /** Takes the values of a place. */
  #addValues(row: number, at: number, place: Place): void {
    const channels = this.#channels;
    const coded = this.#coded++;
    this.#codedRows[coded] = row;
    this.#levels.set(this.#frame.bytes.subarray(at, at + channels), coded * channels);
    this.#setOwn(coded * this.#ownCount, at);
    for (let c = 0; c < channels; c++)
      this.#setCentres((coded * channels + c) * this.#options.bases, at + c, place);
  }

  #setOwn(start: number, at: number): void {
    const [{ bytes }, earlier] = [this.#frame, this.#channels - 1];
    for (let c = 0; c < earlier; c++) {
      const value = bytes[at + c]!;
      this.#own[start + 2 * c] = SCALED[value]!;
      this.#own[start + 2 * c + 1] = value > 0 ? 1 : 0;
    }
    if (this.#choices === undefined) return;
    for (let c = 0, to = start + 2 * earlier; c < earlier; c++, to += COPY_CANDIDATES.length)
      this.#own.set(this.#choices.differing(c, bytes[at + c]!).map(Number), to);
  }

  /** Writes the bases of a value (FORMAT.md, "Distribution of a value"). */
  #setCentres(to: number, own: number, { y, x, width }: Place): void {
    const { bytes, line, channels } = this.#frame;
    const above = bytes[own - line]!;
    const left = x > 0 ? bytes[own - channels]! : above;
    const right = x + 1 < width ? bytes[own - line + channels]! : above;
    const corner = x > 0 ? bytes[own - line - channels]! : above;
    const gradient = Math.max(0, Math.min(255, left + above - corner));
    const all = y === 0 ? [left, left, left, left] : [left, above, right, gradient];
    for (let i = 0; i < this.#options.bases; i++) this.#centres[to + i] = all[i]!;
  }

  /** Writes the inputs of the next row; returns whether one of them is not 0. */
  #fillInputs(at: number): boolean {
    const { bytes, line, channels } = this.#frame;
    const { radius } = this.#options;
    const reach = radius * channels;
    let to = this.#count * this.#inputCount;
    let seen = 0;
    for (let dy = radius; dy >= 0; dy--) {
      const middle = at - dy * line;
      const end = dy === 0 ? middle : middle + reach + channels;
      for (let from = middle - reach; from < end; from++) {
        const value = bytes[from]!;
        seen |= value;
        this.#inputs[to++] = SCALED[value]!;
        this.#inputs[to++] = value > 0 ? 1 : 0;
      }
    }
    for (let c = 0; c < channels; c++) this.#inputs[to++] = bytes[at - channels + c]! > WHITE ? 1 : 0;
    if (this.#choices !== undefined) this.#inputs.set(this.#choices.pairs().map(Number), to);
    return seen !== 0;
  }

  #basesByChannel(): Float32Array {
    const [coded, channels, { bases }] = [this.#coded, this.#channels, this.#options];
    const result = new Float32Array(channels * coded * bases);
    for (let c = 0, to = 0; c < channels; c++)
      for (let row = 0; row < coded; row++)
        for (let i = 0; i < bases; i++) result[to++] = this.#centres[(row * channels + c) * bases + i]!;
    return result;
  }

  finish(values: number): PixelRows {
    const [count, coded, channels] = [this.#count, this.#coded, this.#channels];
    const byChannel = (levels: Uint8Array, of: (level: number) => number): Float32Array => {
      const result = new Float32Array(channels * coded);
      for (let c = 0; c < channels; c++)
        for (let row = 0; row < coded; row++) result[c * coded + row] = of(levels[row * channels + c]!);
      return result;
    };
    return {
      count,
      coded,
      values,
      inputs: this.#inputs.subarray(0, count * this.#inputCount),
      places: this.#places.subarray(0, count),
      weights: this.#weights.subarray(0, count),
      choices: this.#chosen.subarray(0, count),
      candidates: this.#candidates.subarray(0, count * COPY_CANDIDATES.length),
      codedRows: this.#codedRows.subarray(0, coded),
      own: this.#own.subarray(0, coded * this.#ownCount),
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
