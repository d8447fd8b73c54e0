import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fromMosaic, MAX_MOSAIC_PIXELS, mosaicCapacity, mosaicLayout, toMosaic } from './mosaic.js';

const side = fc.integer({ min: 1, max: 9 });
const images = fc
  .record({
    count: fc.integer({ min: 1, max: 30 }),
    height: side,
    width: side,
    channels: fc.constantFrom(1, 3),
  })
  .chain((shape) => {
    const length = shape.count * shape.height * shape.width * shape.channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data) => ({ ...shape, data: new Uint8Array(data) }));
  });

describe('mosaics', () => {
  it.prop([images], { seed: 1 })('give back every image', (batch) => {
    const mosaic = toMosaic(batch);
    const { data: _, ...shape } = batch;
    expect(mosaic.data.length).toBe(mosaic.height * mosaic.width * mosaic.channels);
    expect(fromMosaic(mosaic, shape)).toEqual(batch);
  });

  it('lay 10,000 images of 28×28 out as a square of 2800×2800', () => {
    expect(mosaicLayout(10_000, { height: 28, width: 28 })).toEqual({ columns: 100, rows: 100 });
    expect(mosaicCapacity({ height: 28, width: 28 })).toBeGreaterThan(10_000);
  });

  it('put neighbours side by side and fill up with black', () => {
    const batch = { data: Uint8Array.of(1, 2, 3), count: 3, height: 1, width: 1, channels: 1 };
    expect(toMosaic(batch)).toEqual({ data: Uint8Array.of(1, 2, 3, 0), height: 2, width: 2, channels: 1 });
  });

  it('stay within their limit, and hold one image of any size', () => {
    const [height, width] = [100, 300];
    expect(mosaicCapacity({ height, width }) * height * width).toBeLessThanOrEqual(MAX_MOSAIC_PIXELS);
    expect(mosaicCapacity({ height: 9000, width: 9000 })).toBe(1);
  });

  it('refuse pictures of another size', () => {
    const batch = { data: new Uint8Array(12), count: 3, height: 2, width: 2, channels: 1 };
    const mosaic = toMosaic(batch);
    expect(() => fromMosaic({ ...mosaic, height: 2 }, batch)).toThrow('for the mosaic, received 2×4×1');
  });
});
