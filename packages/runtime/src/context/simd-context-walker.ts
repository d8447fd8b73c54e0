import { damaged } from '../entropy/range-decoder.js';
import { type ContextImports, createContextInstance, WAYS } from './context-instance.js';
import { putContextModel } from './context-memory.js';
import type { ContextModel } from './context-model.js';
import { SymbolReader, SymbolWriter } from './context-symbols.js';
import type { CodedChannel, ContextWalker, SymbolCoder } from './context-walker.js';
import { ContextWindow } from './context-window.js';
import { LentDecoder } from './lent-decoder.js';

/**
 * The walk in WebAssembly, 128 bits at a time (kernels/context): the same integers as the plain one, because sums of integers
 * that stay in int32 do not depend on their order. Each block and what is around it is copied there, so that walks may take
 * turns. To be called only where it runs.
 */
export function createSimdContextWalker(
  model: ContextModel,
  coded: readonly (readonly CodedChannel[])[],
  module?: WebAssembly.Module,
): ContextWalker {
  let current: SymbolCoder;
  const distribution = {
    ...{ min: 0, count: 0 },
    cumulative: (entry: number) => instance.cumulative(entry),
    find: (slot: number) => instance.find(slot),
  };
  const imports: ContextImports = {
    ask: (min, count, symbol) => {
      distribution.min = min;
      distribution.count = count;
      return current.code(distribution, symbol);
    },
    escape: (below, min, count) =>
      lent.inHand(() => (current as SymbolReader).escape({ min, count }, below === 1)),
    refuse: () => {
      throw damaged();
    },
  };
  const instance = createContextInstance(imports, module);
  const room = putContextModel(model, coded, instance);
  const lent = new LentDecoder(instance, room.bytes);
  return {
    name: 'simd',
    code: (latent, frame, block, quality, coder) => {
      const { top, left, rows, columns } = block;
      const own = coded[quality]!;
      const window = new ContextWindow(model, own, frame, block);
      current = coder;
      room.gridRows.set(frame.rows.subarray(top, top + rows));
      room.gridColumns.set(frame.columns.subarray(left, left + columns));
      window.copyInputs(latent, room);
      const code = (way: number) =>
        instance.code(quality, room.coded[quality]!, own.length, rows, columns, way);
      if (coder instanceof SymbolReader) {
        lent.lend(coder.decoder, rows * columns * own.length, () => code(WAYS.read));
        window.copyOut(latent, room);
      } else {
        window.copyIn(latent, room);
        if (coder instanceof SymbolWriter) {
          code(WAYS.find);
          window.write(latent, room, coder);
        } else {
          code(WAYS.ask);
          window.copyOut(latent, room);
        }
      }
    },
  };
}
