import { TOTAL } from '../entropy/index.js';
import type { ItemShape } from '../image.js';
import { type ContextModel, MAX_INPUT, neighbourCount } from './context-model.js';
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
  readonly #multipliers: readonly number[];
  readonly #kernel: ContextKernel;
  readonly #mixture: Mixture;
  readonly #entries: readonly (readonly Entries[])[];

  /**
   * @param multipliers the manifest's quantizer.multipliers, one for each of the model's qualities.
   * @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here.
   */
  constructor(model: ContextModel, multipliers: readonly number[], options: ContextPriorOptions = {}) {
    this.#model = model;
    this.#multipliers = multipliers;
    this.#kernel = createKernel(model, options.kernel);
    this.#mixture = new Mixture(model.components, mixtureTables());
    this.#entries = multipliers.map((multiplier) => entriesAt(model, multiplier));
  }

  /** The kernel that runs. */
  get kernel(): ContextKernelName {
    return this.#kernel.name;
  }

  /** Bits that a latent of this shape takes at least: every entry but the symbol's own keeps a frequency of 1. */
  leastBits(quality: number, { height, width }: ItemShape): number {
    const bits = this.#entries[quality]!.map(({ count }) => Math.log2(TOTAL / (TOTAL - count + 1)));
    return bits.reduce((sum, value) => sum + value, 0) * height * width;
  }

  /** Products of weights that a latent of this shape takes, at most: what coding it costs. */
  products({ channels, height, width }: ItemShape): number {
    const { radius, hidden1, hidden2, components } = this.#model;
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
    const entries = this.#entries[quality]!;
    const multiplier = this.#multipliers[quality]!;
    const log2Multiplier = this.#model.log2Multipliers[quality]!;
    const own = neighbourCount(this.#model.radius) * channels;
    for (let place = 0; place < height * width; place++) {
      walk.enter(place);
      for (let channel = 0, at = place; channel < channels; channel++, at += height * width) {
        this.#kernel.run(channel);
        this.#mixture.set(this.#kernel.outputs, entries[channel]!, multiplier, log2Multiplier);
        const symbol = coder.code(this.#mixture, symbols[at]!);
        symbols[at] = symbol;
        const input = inputOf(symbol, multiplier);
        walk.inputs[place * channels + channel] = input;
        if (input !== 0 && channel + 1 < channels) this.#kernel.add(own + channel, input);
      }
    }
  }
}

/** A symbol in finest units, clamped before the product can overflow. */
function inputOf(symbol: number, multiplier: number): number {
  return clampInput(clampInput(symbol) * multiplier);
}

const clampInput = (value: number): number => Math.max(-MAX_INPUT, Math.min(MAX_INPUT, value));

/** The regular symbols of each channel where a symbol is `multiplier` finest units. */
export function entriesAt({ channels, ranges }: ContextModel, multiplier: number): Entries[] {
  return Array.from({ length: channels }, (_, channel) => {
    const min = Math.floor(ranges[2 * channel]! / multiplier);
    const max = Math.ceil(ranges[2 * channel + 1]! / multiplier);
    return { min, count: max - min + 3 };
  });
}

/** A walk over images of one shape. */
interface Walk {
  /** int16, h×w×c, of the present image: only places before the present one are read, so nothing is cleared. */
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
