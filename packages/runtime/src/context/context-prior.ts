import { finish, type RangeDecoder, type RangeEncoder, type Steps, TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { type ContextModel, MAX_INPUT, neighbourCount, SCALE_UNIT } from './context-model.js';
import { contextDecoding, contextEncoding, type SymbolCoder } from './context-symbols.js';
import { createKernel } from './create-kernel.js';
import type { ContextKernel, ContextKernelName } from './kernel.js';
import { type Entries, Mixture } from './mixture.js';
import { mixtureTables } from './mixture-tables.js';

/** Options of {@link ContextPrior}. */
export interface ContextPriorOptions {
  /** The kernel to run; the faster of those that run here where left out. */
  readonly kernel?: ContextKernelName | undefined;
}

/** Symbols that are coded between two turns of others, about: some milliseconds, in plain code some tens. */
const PIECE_SYMBOLS = 4096;

/**
 * The context prior of a bundle, ready to code: walks over the symbols of latents and gives each one's distribution.
 * Encoding and decoding are the same walk.
 */
export class ContextPrior {
  readonly #model: ContextModel;
  readonly #kernel: ContextKernel;
  readonly #mixture: Mixture;
  readonly #coded: readonly (readonly CodedChannel[])[];

  /**
   * @param multipliers the manifest's quantizer.multipliers for a model of version 1, one for each of its qualities.
   * @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here.
   */
  constructor(
    model: ContextModel,
    multipliers: readonly number[] | undefined,
    options: ContextPriorOptions = {},
  ) {
    this.#model = model;
    this.#kernel = createKernel(model, options.kernel);
    this.#mixture = new Mixture(model.components, mixtureTables());
    this.#coded = codedChannels(model, multipliers);
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#kernel.name;
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
    const places = height * width;
    const piece = Math.ceil(PIECE_SYMBOLS / channels);
    const walk = createWalk(this.#model, shape, this.#kernel, quality);
    for (let start = 0; start < symbols.length; start += channels * places) {
      const image = symbols.subarray(start, start + channels * places);
      for (let first = 0; first < places; first += piece) {
        const end = Math.min(places, first + piece);
        for (let place = first; place < end; place++)
          this.#codePlace(image, place, places, quality, walk, coder);
        yield (end - first) * channels;
      }
    }
  }

  #codePlace(
    symbols: Int32Array,
    place: number,
    places: number,
    quality: number,
    walk: Walk,
    coder: SymbolCoder,
  ): void {
    walk.enter(place);
    for (const entries of this.#coded[quality]!) {
      const { channel, scale } = entries;
      const at = channel * places + place;
      this.#kernel.run(channel);
      this.#mixture.set(this.#kernel.outputs, entries, scale, entries.log2Scale);
      const symbol = coder.code(this.#mixture, symbols[at]!);
      symbols[at] = symbol;
      const input = inputOf(symbol, scale);
      if (input !== 0) walk.keep(channel, input);
    }
  }
}

/** A symbol in units, clamped before the product can overflow. */
function inputOf(symbol: number, scale: number): number {
  return clampInput(Math.floor((clampInput(symbol) * scale + SCALE_UNIT / 2) / SCALE_UNIT));
}

const clampInput = (value: number): number => Math.max(-MAX_INPUT, Math.min(MAX_INPUT, value));

/** A channel that is coded at a quality, with its regular symbols. */
export interface CodedChannel extends Entries {
  readonly channel: number;
  /** Units in a symbol, in 1/64. */
  readonly scale: number;
  /** Binary logarithm of the units in a symbol, 1/256. */
  readonly log2Scale: number;
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

/** A walk over images of one shape. */
interface Walk {
  /** Begins a place: its position's bias, and the neighbours that lie inside. */
  enter(place: number): void;
  /** Takes an input of the place, not 0: for its later channels, and for later places. */
  keep(channel: number, input: number): void;
}

function createWalk(
  { radius, gridHeight, gridWidth }: ContextModel,
  { channels, height, width }: ItemShape,
  kernel: ContextKernel,
  quality: number,
): Walk {
  const known = new KnownInputs((radius + 1) * width, channels);
  const own = neighbourCount(radius) * channels;
  const gridRows = gridPlaces(height, gridHeight);
  const gridColumns = gridPlaces(width, gridWidth);
  const enter = (place: number): void => {
    const row = Math.floor(place / width);
    const column = place - row * width;
    known.enter(place);
    kernel.start(quality, gridRows[row]! * gridWidth + gridColumns[column]!);
    let neighbour = 0;
    for (let y = row - radius; y <= row; y++) {
      const last = y < row ? column + radius : column - 1;
      for (let x = column - radius; x <= last; x++, neighbour++) {
        if (y >= 0 && x >= 0 && x < width) known.addTo(kernel, y * width + x, neighbour * channels);
      }
    }
  };
  const keep = (channel: number, input: number): void => {
    known.push(channel, input);
    if (channel + 1 < channels) kernel.add(own + channel, input);
  };
  return { enter, keep };
}

/** The inputs that are not 0 of the last places, `capacity` of them; nothing else is stored. */
class KnownInputs {
  readonly #capacity: number;
  readonly #channels: number;
  readonly #counts: Uint16Array;
  /** A channel in the upper half, its input in the lower. */
  readonly #packed: Int32Array;
  #slot = 0;

  constructor(capacity: number, channels: number) {
    this.#capacity = capacity;
    this.#channels = channels;
    this.#counts = new Uint16Array(capacity);
    this.#packed = new Int32Array(capacity * channels);
  }

  enter(place: number): void {
    this.#slot = place % this.#capacity;
    this.#counts[this.#slot] = 0;
  }

  push(channel: number, input: number): void {
    const at = this.#slot * this.#channels + this.#counts[this.#slot]!++;
    this.#packed[at] = (channel << 16) | (input & 0xffff);
  }

  /** Adds the inputs of a place, whose first row of weights is `row`. */
  addTo(kernel: ContextKernel, place: number, row: number): void {
    const slot = place % this.#capacity;
    const start = slot * this.#channels;
    for (let at = start, end = start + this.#counts[slot]!; at < end; at++) {
      const packed = this.#packed[at]!;
      kernel.add(row + (packed >> 16), (packed << 16) >> 16);
    }
  }
}

/** For each row (or column) of a latent, that of the trained size's latent which lies at its middle. */
export function gridPlaces(side: number, gridSide: number): Uint16Array {
  return Uint16Array.from({ length: side }, (_, i) => Math.floor(((2 * i + 1) * gridSide) / (2 * side)));
}
