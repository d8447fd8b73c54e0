import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFinite } from './checks.js';
import { cropImages, type ImageBatch, padImages, sliceBatch, toFloatImages, toUint8Images } from './image.js';
import { joinBatches } from './join-batches.js';

const imageBatches = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 1, max: 7 }),
    channels: fc.constantFrom(1, 3, 4),
  })
  .chain((shape) => {
    const length = shape.count * shape.height * shape.width * shape.channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data): ImageBatch => ({ data, ...shape }));
  });

const seeded = { seed: 1, numRuns: 200 };

describe('toFloatImages', () => {
  it('puts interleaved channels into planes, divided by 255', () => {
    const images = {
      data: Uint8Array.of(0, 51, 102, 153, 204, 255),
      count: 1,
      height: 1,
      width: 2,
      channels: 3,
    };
    const expected = Float32Array.of(0, 153 / 255, 51 / 255, 204 / 255, 102 / 255, 1);
    expect(toFloatImages(images)).toEqual({ ...images, data: expected });
  });

  it('keeps the images of a batch apart', () => {
    const images = { data: Uint8Array.of(255, 0, 0, 0, 0, 255), count: 2, height: 1, width: 1, channels: 3 };
    expect(Array.from(toFloatImages(images).data)).toEqual([1, 0, 0, 0, 0, 1]);
  });
});

describe('toUint8Images', () => {
  it('gives back what toFloatImages was given, for every image', () => {
    fc.assert(
      fc.property(imageBatches, (images) => {
        expect(toUint8Images(toFloatImages(images))).toEqual(images);
      }),
      seeded,
    );
  });

  it('clamps and rounds to the nearest integer', () => {
    const data = Float32Array.of(-3, -0.001, 0.49 / 255, 0.51 / 255, 127.4 / 255, 127.6 / 255, 1, 1e30);
    const images = toUint8Images({ data, count: 1, height: 2, width: 4, channels: 1 });
    expect(Array.from(images.data)).toEqual([0, 0, 0, 1, 127, 128, 255, 255]);
  });

  it('refuses NaN', () => {
    const images = { data: Float32Array.of(0, Number.NaN), count: 1, height: 1, width: 2, channels: 1 };
    expect(() => toUint8Images(images)).toThrow(expect.objectContaining({ code: 'NON_FINITE' }));
  });
});

describe('padImages and cropImages', () => {
  it('repeat the last row and column, and take them off again', () => {
    const images = { data: Float32Array.of(1, 2, 3, 4, 5, 6), count: 1, height: 2, width: 3, channels: 1 };
    const padded = padImages(images, 4);
    expect(padded).toMatchObject({ height: 4, width: 4 });
    expect(Array.from(padded.data)).toEqual([1, 2, 3, 3, 4, 5, 6, 6, 4, 5, 6, 6, 4, 5, 6, 6]);
    expect(cropImages(padded, 2, 3)).toEqual(images);
  });

  it('are inverse for every image and multiple', () => {
    fc.assert(
      fc.property(imageBatches, fc.integer({ min: 1, max: 9 }), (images, multiple) => {
        const floats = toFloatImages(images);
        const padded = padImages(floats, multiple);
        expect([padded.height % multiple, padded.width % multiple]).toEqual([0, 0]);
        expect(cropImages(padded, images.height, images.width)).toEqual(floats);
      }),
      seeded,
    );
  });

  it('refuse sizes that make no sense', () => {
    const images = { data: new Float32Array(4), count: 1, height: 2, width: 2, channels: 1 };
    expect(() => padImages(images, 0)).toThrow('expected an integer of at least 1 for multiple, received 0');
    expect(() => cropImages(images, 3, 2)).toThrow('expected an integer in 1..2 for height, received 3');
    expect(() => cropImages(images, 2, 0.5)).toThrow(RangeError);
  });
});

describe('joinBatches and sliceBatch', () => {
  it('take a batch apart and put it together again', () => {
    fc.assert(
      fc.property(imageBatches, (images) => {
        const singles = Array.from({ length: images.count }, (_, i) => sliceBatch(images, i, i + 1));
        expect(joinBatches(singles)).toEqual(images);
      }),
      seeded,
    );
  });

  it('share memory when slicing', () => {
    const images = { data: Uint8Array.of(1, 2), count: 2, height: 1, width: 1, channels: 1 };
    expect(sliceBatch(images, 1, 2).data.buffer).toBe(images.data.buffer);
  });
});

describe('argument checks', () => {
  const image = { data: new Uint8Array(6), count: 1, height: 2, width: 3, channels: 1 };
  it.each([
    [{ ...image, width: 2 }, 'expected length 4 (1·2·2·1) for images.data, received 6'],
    [{ ...image, count: -1 }, 'expected an integer of at least 1 for images.count, received -1'],
    [{ ...image, height: '2' }, "expected a number for images.height, received '2'"],
    [{ ...image, data: new Float32Array(6) }, 'expected a Uint8Array for images.data, received Float32Array'],
    [{ ...image, data: undefined }, 'expected a Uint8Array for images.data, received undefined'],
    [{ ...image, height: 2 ** 40, width: 2 ** 40 }, 'expected length'],
    [7, 'expected an object with data, count, height, width, channels for images, received 7'],
    [null, 'received null'],
  ])('say what was expected and what was received (%#)', (value, message) => {
    expect(() => toFloatImages(value as ImageBatch)).toThrow(message);
  });

  it('name the first value that is not finite', () => {
    expect(() => checkFinite(Float32Array.of(1, 2, Number.NEGATIVE_INFINITY), 'latents')).toThrow(
      'latents holds -Infinity at index 2',
    );
    expect(() => checkFinite(Float32Array.of(3e38, -3e38, 1e-45), 'latents')).not.toThrow();
  });
});
