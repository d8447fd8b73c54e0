import { createPixelInstance } from './pixel-instance.js';
import { putPixelModel } from './pixel-memory.js';
import type { PixelModel } from './pixel-model.js';
import type { PixelWalker, ValueCoder } from './pixel-walker.js';
import { PixelWindow } from './pixel-window.js';

/**
 * The walk in WebAssembly, 128 bits at a time (kernels/pixels): the same integers as the plain one. Each block and what is
 * around it is copied there, so that walks may take turns. To be called only where it runs.
 */
export function createSimdPixelWalker(model: PixelModel, module?: WebAssembly.Module): PixelWalker {
  let current: ValueCoder;
  const coder: ValueCoder = {
    answer: (first, yes) => current.answer(first, yes),
    slot: () => current.slot(),
    interval: (low, high) => current.interval(low, high),
    refuse: () => current.refuse(),
  };
  const instance = createPixelInstance(coder, module);
  const room = putPixelModel(model, instance);
  return {
    name: 'simd',
    code: (image, frame, block, given) => {
      const { top, left, rows, columns } = block;
      const window = new PixelWindow(model, frame, block);
      current = given;
      room.gridRows.set(frame.rows.subarray(top, top + rows));
      room.gridColumns.set(frame.columns.subarray(left, left + columns));
      window.copyIn(image, room.window);
      instance.code(top, left, rows, columns, frame.width, window.stride);
      window.copyOut(image, room.window);
    },
  };
}
