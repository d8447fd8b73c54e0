import { createPixelInstance } from './pixel-instance.js';
import { fillPixelMemory, pixelLayout } from './pixel-memory.js';
import type { PixelModel } from './pixel-model.js';
import type { PixelWalker, ValueCoder } from './pixel-walker.js';
import { PixelWindow } from './pixel-window.js';

/**
 * The walk in WebAssembly, 128 bits at a time (kernels/pixels): the same integers as the plain one. Each block and what is
 * around it is copied there, so that walks may take turns. To be called only where it runs.
 */
export function createSimdPixelWalker(model: PixelModel): PixelWalker {
  let current: ValueCoder;
  const instance = createPixelInstance({
    answer: (first, yes) => current.answer(first, yes),
    slot: () => current.slot(),
    interval: (low, high) => current.interval(low, high),
    refuse: () => current.refuse(),
  });
  const layout = pixelLayout(model, instance.free);
  fillPixelMemory(model, layout, instance);
  const { addresses } = layout;
  const { buffer } = instance.memory;
  const bytes = new Uint8Array(buffer, addresses.window);
  const gridRows = new Int32Array(buffer, addresses.gridRows);
  const gridColumns = new Int32Array(buffer, addresses.gridColumns);
  return {
    name: 'simd',
    code: (image, frame, block, coder) => {
      const { top, left, rows, columns } = block;
      const window = new PixelWindow(model, frame, block);
      current = coder;
      gridRows.set(frame.rows.subarray(top, top + rows));
      gridColumns.set(frame.columns.subarray(left, left + columns));
      window.copyIn(image, bytes);
      instance.code(top, left, rows, columns, frame.width, window.stride);
      window.copyOut(image, bytes);
    },
  };
}
