import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageStream, readImageStream } from './image-stream.js';
import { writeImageStream } from './write-image-stream.js';

const payload = Uint8Array.of(9, 8, 7);
const side = fc.oneof(fc.constantFrom(1, 256, 257, 4096, 4097, 16_384), fc.integer({ min: 1, max: 16_384 }));
const code = (value: string) => expect.objectContaining({ code: value });

describe('single image stream', () => {
  it('round-trips, with as few bytes around the payload as its size needs', () => {
    const stream = fc.record<ImageStream>(
      {
        prior: fc.constantFrom('factorized', 'context'),
        quality: fc.nat(15),
        size: fc.record({ height: side, width: side }),
        payload: fc.uint8Array({ maxLength: 20 }),
      },
      { requiredKeys: ['prior', 'quality', 'payload'] },
    );
    fc.assert(
      fc.property(stream, (image) => {
        const bytes = writeImageStream(image);
        expect(readImageStream(bytes)).toEqual(image);
        const largest = image.size ? Math.max(image.size.height, image.size.width) : 0;
        const around = largest === 0 ? 1 : largest <= 256 ? 3 : largest <= 4096 ? 4 : 5;
        expect(bytes.length - image.payload.length).toBe(around);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('refuses later versions, nothing, cut sizes and sizes stored longer than needed', () => {
    expect(() => readImageStream(Uint8Array.of(0x80, 1))).toThrowError(code('VERSION_UNSUPPORTED'));
    expect(() => readImageStream(new Uint8Array(0))).toThrowError(code('DATA_TRUNCATED'));
    expect(() => readImageStream(Uint8Array.of(0x10, 1))).toThrowError(code('DATA_TRUNCATED'));
    expect(() => readImageStream(Uint8Array.of(0x20, 1, 0, 0))).toThrowError(code('DATA_INVALID'));
    expect(() => readImageStream(Uint8Array.of(0x30, 0xff, 0xff, 0, 0))).toThrowError(code('DATA_INVALID'));
  });

  it('refuses qualities and sizes that it cannot hold', () => {
    const image = { prior: 'factorized', quality: 0, payload } as const;
    expect(() => writeImageStream({ ...image, quality: 16 })).toThrowError(RangeError);
    expect(() => writeImageStream({ ...image, quality: 0.5 })).toThrowError(RangeError);
    for (const bad of [0, 16_385, 1.5]) {
      expect(() => writeImageStream({ ...image, size: { height: bad, width: 1 } })).toThrowError(RangeError);
    }
  });
});
