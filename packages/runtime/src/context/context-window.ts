import { TOTAL } from '../entropy/index.js';
import type { Block, Frame } from './blocks.js';
import { type ContextRoom, inputsOf } from './context-memory.js';
import type { ContextModel } from './context-model.js';
import type { SymbolWriter } from './context-symbols.js';
import { type CodedChannel, inputOf } from './context-walker.js';

/** A block of a latent with what is around it as far as the radius, in a memory: outside of the latent all is 0. */
export class ContextWindow {
  readonly #channels: number;
  readonly #inputs: number;
  readonly #radius: number;
  readonly #coded: readonly CodedChannel[];
  readonly #width: number;
  readonly #block: Block;

  constructor(model: ContextModel, coded: readonly CodedChannel[], { width }: Frame, block: Block) {
    this.#channels = model.channels;
    this.#inputs = inputsOf(model);
    this.#radius = model.radius;
    this.#coded = coded;
    this.#width = width;
    this.#block = block;
  }

  /** Copies the inputs of symbols that are coded already from a latent, c×h×w. */
  copyInputs(latent: Int32Array, { window }: ContextRoom): void {
    const { top, left, rows, columns } = this.#block;
    const [radius, width] = [this.#radius, this.#width];
    const line = columns + 2 * radius;
    window.fill(0, 0, (rows + radius) * line * this.#inputs);
    for (let row = Math.max(0, top - radius); row < top; row++)
      this.#copyInputs(latent, row, Math.min(width, left + columns + radius), window);
    // Only a block that is a part of one row has something on its left.
    if (left > 0) this.#copyInputs(latent, top, left, window);
  }

  /** Copies the block's symbols. */
  copyIn(latent: Int32Array, { symbols }: ContextRoom): void {
    this.#forEach(latent, (at, i) => {
      symbols[i] = latent[at]!;
    });
  }

  /** Copies the block's symbols back. */
  copyOut(latent: Int32Array, { symbols }: ContextRoom): void {
    this.#forEach(latent, (at, i) => {
      latent[at] = symbols[i]!;
    });
  }

  /** Copies a row's symbols as inputs, from as far as the radius before the block to `end`. */
  #copyInputs(latent: Int32Array, row: number, end: number, window: Int16Array): void {
    const { top, left, columns } = this.#block;
    const [inputs, radius, places] = [this.#inputs, this.#radius, latent.length / this.#channels];
    const start = ((row - top + radius) * (columns + 2 * radius) - left + radius) * inputs;
    for (const { channel, scale } of this.#coded) {
      const plane = channel * places + row * this.#width;
      for (let x = Math.max(0, left - radius); x < end; x++)
        window[start + x * inputs + channel] = inputOf(latent[plane + x]!, scale);
    }
  }

  /** Calls with the place of each symbol of the block in the latent, and in the memory. */
  #forEach(latent: Int32Array, task: (at: number, i: number) => void): void {
    const { top, left, rows, columns } = this.#block;
    const [coded, places] = [this.#coded, latent.length / this.#channels];
    for (let k = 0; k < coded.length; k++) {
      let i = k;
      for (let row = top; row < top + rows; row++) {
        const plane = coded[k]!.channel * places + row * this.#width;
        for (let x = left; x < left + columns; x++, i += coded.length) task(plane + x, i);
      }
    }
  }

  /** Writes the block's symbols, whose intervals the memory has. */
  write(latent: Int32Array, { symbols }: ContextRoom, writer: SymbolWriter): void {
    const { rows, columns } = this.#block;
    const coded = this.#coded;
    const { encoder } = writer;
    for (let i = 0, end = rows * columns * coded.length; i < end; i++) {
      const low = symbols[i]! & 0xffff;
      const high = (symbols[i]! >>> 16) + 1;
      encoder.encode(low, high);
      // The first entry and the last are escapes.
      if (low === 0 || high === TOTAL)
        writer.escape(coded[i % coded.length]!, latent[this.#placeOf(latent, i)]!);
    }
  }

  /** Where the symbol `i` of the block in coding order lies in the latent. */
  #placeOf({ length }: Int32Array, i: number): number {
    const { top, left, columns } = this.#block;
    const coded = this.#coded;
    const place = Math.floor(i / coded.length);
    const row = Math.floor(place / columns);
    const plane = (coded[i % coded.length]!.channel * length) / this.#channels;
    return plane + (top + row) * this.#width + left + place - row * columns;
  }
}
