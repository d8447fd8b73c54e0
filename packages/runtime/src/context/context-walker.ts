import type { Block, Frame } from './blocks.js';
import { MAX_INPUT, SCALE_UNIT } from './context-model.js';
import type { ContextKernelName } from './kernel.js';
import type { Distribution, Entries } from './mixture.js';

/** Codes one symbol under its distribution: writes `symbol` and gives it back, or reads one. */
export interface SymbolCoder {
  code(distribution: Distribution, symbol: number): number;
}

/** A channel that is coded at a quality, with its regular symbols. */
export interface CodedChannel extends Entries {
  readonly channel: number;
  /** Units in a symbol, in 1/64. */
  readonly scale: number;
  /** Binary logarithm of the units in a symbol, 1/256. */
  readonly log2Scale: number;
}

/** Walks over the symbols of a latent in coding order and gives each one's distribution to the coder. */
export interface ContextWalker {
  readonly name: ContextKernelName;
  /**
   * Codes a block of a latent, blocks in coding order; whatever the coder says stands in the latent then.
   * @param latent int32, c×h×w; before the block what is coded already.
   */
  code(latent: Int32Array, frame: Frame, block: Block, quality: number, coder: SymbolCoder): void;
}

/** Symbols that are coded between two turns of others, about: a millisecond, in plain code some tens. */
export const PIECE_SYMBOLS = 4096;

/** A symbol in units, clamped before the product can overflow. */
export function inputOf(symbol: number, scale: number): number {
  return clampInput(Math.floor((clampInput(symbol) * scale + SCALE_UNIT / 2) / SCALE_UNIT));
}

const clampInput = (value: number): number => Math.max(-MAX_INPUT, Math.min(MAX_INPUT, value));
