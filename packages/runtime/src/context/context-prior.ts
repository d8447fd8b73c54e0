import { TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { type ContextModel, MAX_INPUT, neighbourCount, SCALE_UNIT } from './context-model.js';
import { createKernel } from './create-kernel.js';
import type { ContextKernel, ContextKernelName } from './kernel.js';
import { type Entries, Mixture } from './mixture.js';
import { mixtureTables } from './mixture-tables.js';

/** Codes one symbol under its distribution: writes `symbol` and gives it back, or reads one. */
export interface SymbolCoder {
  code(mixture: Mixture, symbol: number): number;
}

/** Options of {@link ContextPrior}. */
export interface ContextPriorOptions {
  /** The kernel to run; the faster of those that run here where left out. */
  readonly kernel?: ContextKernelName | undefined;
}

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
    const size = shape.channels * shape.height * shape.width;
    const walk = createWalk(this.#model, shape, this.#kernel, quality);
    for (let start = 0; start < symbols.length; start += size) {
      this.#codeImage(symbols.subarray(start, start + size), shape, quality, walk, coder);
    }
  }

  #codeImage(symbols: Int32Array, shape: ItemShape, quality: number, walk: Walk, coder: SymbolCoder): void {
    const { channels, height, width } = shape;
    const coded = this.#coded[quality]!;
    const own = neighbourCount(this.#model.radius) * channels;
    for (let place = 0; place < height * width; place++) {
      walk.enter(place);
      for (const entries of coded) {
        const { channel, scale } = entries;
        this.#kernel.run(channel);
        this.#mixture.set(this.#kernel.outputs, entries, scale, entries.log2Scale);
        const at = channel * height * width + place;
        const symbol = coder.code(this.#mixture, symbols[at]!);
        symbols[at] = symbol;
        const input = inputOf(symbol, scale);
        walk.inputs[place * channels + channel] = input;
        if (input !== 0 && channel + 1 < channels) this.#kernel.add(own + channel, input);
      }
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
  /**
   * int16, h×w×c, of the present image: only places before the present one are read, and channels that are not coded
   * stay 0, so nothing is cleared.
   */
  readonly inputs: Int16Array;
  /** Begins a place: its position's bias, and the neighbours that lie inside. */
  enter(place: number): void;
}

function createWalk(
  { radius, gridHeight, gridWidth }: ContextModel,
  { channels, height, width }: ItemShape,
  kernel: ContextKernel,
  quality: number,
): Walk {
  const inputs = new Int16Array(channels * height * width);
  const gridRows = gridPlaces(height, gridHeight);
  const gridColumns = gridPlaces(width, gridWidth);
  const addInputs = (neighbour: number, place: number): void => {
    for (let channel = 0; channel < channels; channel++) {
      const value = inputs[place * channels + channel]!;
      if (value !== 0) kernel.add(neighbour * channels + channel, value);
    }
  };
  const enter = (place: number): void => {
    const row = Math.floor(place / width);
    const column = place - row * width;
    kernel.start(quality, gridRows[row]! * gridWidth + gridColumns[column]!);
    let neighbour = 0;
    for (let y = row - radius; y <= row; y++) {
      const last = y < row ? column + radius : column - 1;
      for (let x = column - radius; x <= last; x++, neighbour++) {
        if (y >= 0 && x >= 0 && x < width) addInputs(neighbour, y * width + x);
      }
    }
  };
  return { inputs, enter };
}

/** For each row (or column) of a latent, that of the trained size's latent which lies at its middle. */
function gridPlaces(side: number, gridSide: number): Uint16Array {
  return Uint16Array.from({ length: side }, (_, i) => Math.floor(((2 * i + 1) * gridSide) / (2 * side)));
}
