import type { Block, Frame } from './blocks.js';
import { type ContextModel, neighbourCount } from './context-model.js';
import { type CodedChannel, type ContextWalker, inputOf, type SymbolCoder } from './context-walker.js';
import { Mixture } from './mixture.js';
import { mixtureTables } from './mixture-tables.js';
import { type ContextKernel, createPlainKernel } from './plain-kernel.js';

/** The walk in TypeScript: the reference, and what runs where WebAssembly does not. */
export class PlainContextWalker implements ContextWalker {
  readonly name = 'plain';
  readonly #model: ContextModel;
  readonly #kernel: ContextKernel;
  readonly #mixture: Mixture;
  readonly #coded: readonly (readonly CodedChannel[])[];

  constructor(model: ContextModel, coded: readonly (readonly CodedChannel[])[]) {
    this.#model = model;
    this.#kernel = createPlainKernel(model);
    this.#mixture = new Mixture(model.components, mixtureTables());
    this.#coded = coded;
  }

  code(
    latent: Int32Array,
    frame: Frame,
    { top, left, rows, columns }: Block,
    quality: number,
    coder: SymbolCoder,
  ): void {
    for (let row = top; row < top + rows; row++)
      for (let column = left; column < left + columns; column++) {
        this.#kernel.start(quality, frame.rows[row]! + frame.columns[column]!);
        this.#addNeighbours(latent, frame.width, row, column, quality);
        this.#codePlace(latent, row * frame.width + column, quality, coder);
      }
  }

  #codePlace(latent: Int32Array, place: number, quality: number, coder: SymbolCoder): void {
    const { channels, radius } = this.#model;
    const [mixture, places] = [this.#mixture, latent.length / channels];
    const own = neighbourCount(radius) * channels;
    for (const entries of this.#coded[quality]!) {
      const { channel, scale, log2Scale } = entries;
      const at = channel * places + place;
      this.#kernel.run(channel);
      mixture.set(this.#kernel.outputs, entries, scale, log2Scale);
      const symbol = coder.code(mixture, latent[at]!);
      latent[at] = symbol;
      const input = inputOf(symbol, scale);
      if (input !== 0) this.#kernel.add(own + channel, input);
    }
  }

  /** Adds the inputs of the neighbours that lie inside. */
  #addNeighbours(latent: Int32Array, width: number, row: number, column: number, quality: number): void {
    const { channels, radius } = this.#model;
    const places = latent.length / channels;
    let first = 0;
    for (let y = row - radius; y <= row; y++) {
      const last = y < row ? column + radius : column - 1;
      for (let x = column - radius; x <= last; x++, first += channels) {
        if (y < 0 || x < 0 || x >= width) continue;
        for (const { channel, scale } of this.#coded[quality]!) {
          const symbol = latent[channel * places + y * width + x]!;
          const input = symbol === 0 ? 0 : inputOf(symbol, scale);
          if (input !== 0) this.#kernel.add(first + channel, input);
        }
      }
    }
  }
}
