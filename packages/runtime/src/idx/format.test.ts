import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatIdxImages,
  formatIdxImagesHeader,
  formatIdxLabels,
  parseIdxImages,
  parseIdxLabels,
} from './format.js';

const side = fc.integer({ min: 1, max: 9 });
const batch = fc
  .tuple(fc.integer({ min: 1, max: 6 }), side, side, fc.constantFrom(1, 3))
  .chain(([count, height, width, channels]) => {
    const length = count * height * width * channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((data) => ({ data, count, height, width, channels }));
  });
const sample = {
  data: Uint8Array.from({ length: 24 }, (_, i) => i * 10),
  count: 2,
  height: 3,
  width: 4,
  channels: 1,
};

/** A header with these dimensions and so many bytes after it. */
function idx(dimensions: number[], bytes: number, type = 8): Uint8Array {
  const file = Buffer.alloc(4 + 4 * dimensions.length + bytes, 1);
  file.writeUInt32BE((type << 8) | dimensions.length);
  dimensions.forEach((dimension, i) => {
    file.writeUInt32BE(dimension, 4 + 4 * i);
  });
  return file;
}

describe('IDX bytes', () => {
  it('are as the format says: magic, dimensions big-endian, elements', () => {
    expect([...formatIdxImages(sample).subarray(0, 17)]).toEqual([
      0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0,
    ]);
    expect([...formatIdxLabels(Uint8Array.of(5, 6))]).toEqual([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]);
  });

  it('give back the images that were written, grey and RGB', () => {
    fc.assert(
      fc.property(batch, (images) => {
        const bytes = formatIdxImages(images);
        expect(bytes[3]).toBe(images.channels === 1 ? 3 : 4);
        expect(parseIdxImages(bytes)).toEqual(images);
      }),
      { seed: 20263, numRuns: 100 },
    );
  });

  it('are refused at every truncation and with trailing bytes', () => {
    const bytes = formatIdxImages(sample);
    for (let length = 0; length < bytes.length; length++)
      expect(() => parseIdxImages(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'DATA_TRUNCATED' }),
      );
    expect(() => parseIdxImages(Buffer.concat([bytes, Buffer.alloc(2)], bytes.length + 2))).toThrow(
      'IDX bytes: 2 trailing bytes after the 40 that its header announces',
    );
    const labels = formatIdxLabels(Uint8Array.of(1, 2, 3));
    for (let length = 0; length < labels.length; length++)
      expect(() => parseIdxLabels(labels.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'DATA_TRUNCATED' }),
      );
  });

  it.each([
    [
      'bad magic',
      Uint8Array.from(Buffer.from('89504e470d0a1a0a', 'hex')),
      'DATA_INVALID',
      'bad magic 89504e47',
    ],
    ['an unknown type code', idx([1, 2, 2], 4, 7), 'DATA_INVALID', 'bad magic 00000703'],
    ['float elements', idx([1, 2, 2], 16, 13), 'DATA_INVALID', 'elements are float32, expected uint8'],
    ['labels', idx([4], 4), 'DATA_INVALID', '1 dimensions (magic 00000801), expected 3 or 4 for images'],
    ['five dimensions', idx([1, 1, 1, 1, 1], 1), 'DATA_INVALID', '5 dimensions'],
    ['no images', idx([0, 28, 28], 0), 'DATA_INVALID', 'holds no images'],
    ['no pixels', idx([5, 0, 28], 0), 'LIMIT_EXCEEDED', 'images of 0×28 pixels'],
    ['huge sides', idx([1, 2 ** 32 - 1, 1], 4), 'LIMIT_EXCEEDED', 'images of 4294967295×1 pixels'],
    ['too many images', idx([2 ** 32 - 1, 1, 1], 4), 'LIMIT_EXCEEDED', '4294967295 images, more than'],
    ['too many pixels', idx([4000000, 16384, 16384, 3], 4), 'LIMIT_EXCEEDED', 'bytes of pixels, more than'],
    [
      'two channels',
      idx([1, 2, 2, 2], 8),
      'DATA_INVALID',
      '2 channels, expected N×H×W×C with C = 1 (grey) or 3 (RGB)',
    ],
  ])('with %s are refused', (_, bytes, code, message) => {
    expect(() => parseIdxImages(bytes)).toThrow(expect.objectContaining({ code }));
    expect(() => parseIdxImages(bytes)).toThrow(message);
  });

  it('hold no numbers that do not fit into 32 bits', () => {
    const header = (count: number) => formatIdxImagesHeader({ count, height: 1, width: 1, channels: 1 });
    expect([...header(2 ** 32 - 1).subarray(4, 8)]).toEqual([255, 255, 255, 255]);
    for (const count of [2 ** 32, 2 ** 32 + 5, -1, 1.5])
      expect(() => header(count)).toThrow(
        new RangeError(
          `expected an integer in 0..4294967295 for a dimension of an IDX file, received ${count}`,
        ),
      );
  });

  it('are not made of images that contradict themselves', () => {
    expect(() => formatIdxImages({ ...sample, count: 3 })).toThrow('received 24 bytes for 3×3×4×1');
    expect(() => formatIdxImages({ ...sample, channels: 2, count: 1 })).toThrow(RangeError);
    expect(() => formatIdxImages({ ...sample, data: new Uint8Array(), count: 0 })).toThrow(RangeError);
  });
});
