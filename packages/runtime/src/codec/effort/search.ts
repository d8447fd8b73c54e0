import { dequantize, type Quantizer, type SymbolBatch } from '../../entropy/quantizer.js';
import type { FloatImageBatch, ItemShape, LatentBatch } from '../../image.js';
import type { IntervalLog } from './interval-log.js';
import type { Colours, Sweep } from './plan.js';
import type { SymbolBits } from './symbol-bits.js';
import type { Windows } from './windows.js';

/**
 * Ranks what to try first: how many bits a symbol promises for each step between it and its latent, beside those that it
 * saves. Lambda suits a step of 6 / (ln 2 · step²) in theory, so a squared error of d² steps counts 6 / ln 2 · d² bits,
 * and moving a symbol by 1 changes that by 6 / ln 2 · (1 − 2d).
 */
const STEP_BITS = 12 / Math.LN2;

/** Symbols that promise no more, bits, are not tried: they would only blur what their neighbours show. */
const LEAST_PROMISE = 0;

/** What a search asks of the codec. */
export interface SearchTools {
  readonly quantizer: Quantizer;
  /** Weight of the sum of squared errors beside bits. */
  readonly lambda: number;
  readonly windows: Windows;
  bits(symbols: SymbolBatch, directions: Int8Array): Promise<SymbolBits>;
  restore(latents: LatentBatch): Promise<FloatImageBatch>;
}

/**
 * A search for the symbols of some latents that cost less than the nearest ones: bits + lambda · squared error. It moves
 * single symbols by 1 towards their latents and beyond, many places at once, and keeps what helps.
 */
export class SymbolSearch {
  readonly #tools: SearchTools;
  /** The latents in steps. */
  readonly #positions: Float32Array;
  readonly #symbols: SymbolBatch;
  /** What encodes the best symbols of each image. */
  readonly #best: IntervalLog[] = [];
  readonly #leastCosts: Float64Array;
  readonly #directions: Int8Array;
  /** Symbols that this sweep has tried. */
  readonly #tried: Uint8Array;
  #bits: SymbolBits | undefined;
  #restored: Float32Array = new Float32Array(0);

  constructor(latents: LatentBatch, symbols: SymbolBatch, tools: SearchTools) {
    this.#tools = tools;
    this.#symbols = { ...symbols, data: symbols.data.slice() };
    this.#positions = positionsOf(latents, tools.quantizer);
    this.#leastCosts = new Float64Array(symbols.count).fill(Infinity);
    this.#directions = new Int8Array(symbols.data.length);
    this.#tried = new Uint8Array(symbols.data.length);
  }

  /** What encodes the best symbols that were measured, of each image: the first ones where nothing helped. */
  get best(): readonly IntervalLog[] {
    return this.#best;
  }

  /** Measures the present symbols, exactly, and keeps them for the images where they are the best so far. */
  async measure(): Promise<void> {
    const { data, count } = this.#symbols;
    for (let i = 0; i < data.length; i++) this.#directions[i] = this.#positions[i]! > data[i]! ? 1 : -1;
    this.#bits = await this.#tools.bits(this.#symbols, this.#directions);
    const { own, logs } = this.#bits;
    this.#restored = await this.#restore(data);
    const size = data.length / count;
    for (let image = 0; image < count; image++) {
      const [start, end] = [image * size, (image + 1) * size];
      let cost = this.#tools.lambda * this.#tools.windows.errorOf(this.#restored, image);
      for (let i = start; i < end; i++) cost += own[i]!;
      if (cost >= this.#leastCosts[image]!) continue;
      this.#leastCosts[image] = cost;
      this.#best[image] = logs[image]!;
    }
  }

  /** Tries symbols at every place, a run of the decoder at a time; after {@link measure}. */
  async *sweep({ colours, runs }: Sweep): AsyncGenerator<void, void, undefined> {
    this.#tried.fill(0);
    const coloured = placesOf(this.#symbols, colours);
    for (let run = 0; run < runs; run++) {
      await this.#try(coloured[run % coloured.length]!);
      yield;
    }
  }

  /** Tries one symbol at each of these places, and keeps those that lower the cost. */
  async #try(places: readonly number[]): Promise<void> {
    const { data, count, channels, height, width } = this.#symbols;
    const trial = data.slice();
    const tried = new Int32Array(count * places.length).fill(-1);
    for (let i = 0; i < tried.length; i++) {
      const image = Math.floor(i / places.length);
      const first = image * channels * height * width + places[i % places.length]!;
      const at = this.#mostPromising(first, height * width, channels);
      tried[i] = at;
      if (at >= 0) trial[at]! += this.#directions[at]!;
    }
    const restored = await this.#restore(trial);
    tried.forEach((at, i) => {
      if (at >= 0)
        this.#judge(at, trial, restored, Math.floor(i / places.length), places[i % places.length]!);
    });
  }

  /** The symbol of a place to try next, −1 where there is none; it then counts as tried. */
  #mostPromising(first: number, stride: number, channels: number): number {
    const { data } = this.#symbols;
    const { own, other } = this.#bits!;
    let [best, most] = [-1, LEAST_PROMISE];
    for (let channel = 0, at = first; channel < channels; channel++, at += stride) {
      const distance = Math.abs(this.#positions[at]! - data[at]!);
      // Further away only where symbols end; NaN in channels that are not coded.
      if (this.#tried[at] !== 0 || !(distance <= 1)) continue;
      const promise = own[at]! - other[at]! + STEP_BITS * distance;
      if (promise > most) [best, most] = [at, promise];
    }
    if (best >= 0) this.#tried[best] = 1;
    return best;
  }

  #judge(at: number, trial: Int32Array, restored: Float32Array, image: number, place: number): void {
    const { lambda, windows } = this.#tools;
    const { own, other } = this.#bits!;
    const before = windows.errorAround(this.#restored, image, place);
    const after = windows.errorAround(restored, image, place);
    if (other[at]! - own[at]! + lambda * (after - before) >= 0) return;
    this.#symbols.data[at] = trial[at]!;
    windows.copyAround(restored, this.#restored, image, place);
  }

  async #restore(data: Int32Array): Promise<Float32Array> {
    const latents = dequantize({ ...this.#symbols, data }, this.#tools.quantizer);
    return (await this.#tools.restore(latents)).data;
  }
}

/** The latents in steps; NaN in channels that are not coded. */
function positionsOf(
  { data, channels, height, width }: LatentBatch,
  { steps, offsets }: Quantizer,
): Float32Array {
  return data.map((value, i) => {
    const channel = Math.floor(i / (height * width)) % channels;
    return steps[channel] === 0 ? Number.NaN : (value - offsets[channel]!) / steps[channel]!;
  });
}

/** The places of each colour that has some. */
function placesOf({ height, width }: ItemShape, { count, turn }: Colours): number[][] {
  const coloured = Array.from({ length: count }, (): number[] => []);
  for (let place = 0; place < height * width; place++) {
    coloured[((place % width) + turn * Math.floor(place / width)) % count]!.push(place);
  }
  return coloured.filter(({ length }) => length > 0);
}
