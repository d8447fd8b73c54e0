import type { EntropyTables, Steps } from '../../entropy/index.js';
import type { ItemShape } from '../../image.js';
import type { EntropyModel } from './entropy-model.js';

/** Symbols that are coded between two turns of others, about: some milliseconds. */
const PIECE_SYMBOLS = 1 << 16;

/** Codes symbols, each under the table that the index names for its place, cyclically. */
export type SymbolsCoder = (symbols: Int32Array, tables: EntropyTables, tableIndex: Uint16Array) => void;

/**
 * Codes the symbols of latents under the factorized prior: small latents together, large ones channel by channel, so
 * that their memory is that of their symbols, and channels without a step cost nothing.
 * @throws ConvaeError UNSUPPORTED where the bundle has tables for its own size only, and this is another.
 */
export function* factorizedSteps(
  model: EntropyModel,
  symbols: Int32Array,
  shape: ItemShape,
  quality: number,
  code: SymbolsCoder,
): Steps<void> {
  const { tables, coded } = model.at(quality);
  const size = shape.channels * shape.height * shape.width;
  const together = coded.length === shape.channels && size <= PIECE_SYMBOLS;
  const step = together ? Math.floor(PIECE_SYMBOLS / size) * size : size;
  for (let start = 0; start < symbols.length; start += step) {
    const some = symbols.subarray(start, start + step);
    if (together) code(some, tables, model.tableIndex(shape));
    else yield* planeSteps(model, some, shape, quality, code);
    yield together ? some.length : 0;
  }
}

/** Codes the channels of one latent. */
function* planeSteps(
  model: EntropyModel,
  symbols: Int32Array,
  shape: ItemShape,
  quality: number,
  code: SymbolsCoder,
): Steps<void> {
  const { tables, coded } = model.at(quality);
  const plane = shape.height * shape.width;
  for (const channel of coded) {
    const index = model.planeIndex(shape, channel);
    const end = (channel + 1) * plane;
    // A table for each place: the whole plane is one piece, and small.
    const piece = index.length === 1 ? PIECE_SYMBOLS : plane;
    for (let at = channel * plane; at < end; at += piece) {
      const some = symbols.subarray(at, Math.min(end, at + piece));
      code(some, tables, index);
      yield some.length;
    }
  }
}
