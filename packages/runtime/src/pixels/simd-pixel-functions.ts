import { activate, addWeighted, dense, type SimdFunctions } from '../context/simd-functions.js';
import { assemble, loadVector } from '../context/wasm-module.js';

/** The functions of the module; all arguments are byte addresses in its memory or counts ≥ 1. */
export interface PixelFunctions extends Pick<SimdFunctions, 'dense' | 'activate'> {
  /**
   * int32 sums[i] += Σ low · weights[2i] + high · weights[2i + 1], for 16·blocks values and `count` rows. rows, int32: of each
   * the address of its weights, int16, and two values of int16, low and high.
   */
  addPairs(sums: number, rows: number, count: number, blocks: number): void;
}

/** The bytes of the module with {@link PixelFunctions}. */
export const pixelModule = (): Uint8Array =>
  assemble([addWeighted('addPairs', loadVector, 16), dense(), activate()]);
