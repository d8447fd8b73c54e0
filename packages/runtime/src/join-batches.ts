import { checkBatch } from './checks.js';
import { ConvaeError } from './errors.js';
import { type FloatImageBatch, type ImageBatch, type ItemShape, sameShape } from './image.js';

/**
 * Joins batches of one kind and size into one batch, in order.
 * @throws TypeError where uint8 and float images are mixed, RangeError where the list is empty.
 * @throws ConvaeError SHAPE_MISMATCH where sizes or channels differ.
 */
export function joinBatches<T extends ImageBatch | FloatImageBatch>(batches: readonly T[]): T {
  const [first] = batches;
  if (first === undefined) throw new RangeError('expected at least 1 image for images, received 0');
  const kind = first?.data instanceof Float32Array ? Float32Array : Uint8Array;
  for (const [i, batch] of batches.entries()) {
    checkBatch(batch, kind, `images[${i}]`);
    checkSameShape(batch, first, `images[${i}]`);
  }
  const data = new kind(batches.reduce((length, batch) => length + batch.data.length, 0));
  let offset = 0;
  for (const batch of batches) {
    data.set(batch.data, offset);
    offset += batch.data.length;
  }
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  return { ...first, data, count };
}

function checkSameShape(batch: ItemShape, first: ItemShape, name: string): void {
  if (sameShape(batch, first)) return;
  const { height, width, channels } = first;
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `expected ${height}×${width}×${channels} as the first image for ${name}, received ${batch.height}×${batch.width}×${batch.channels}`,
  );
}
