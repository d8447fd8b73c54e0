import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdxImages, formatIdxLabels, parseIdxImages, parseIdxLabels } from './idx.js';
import { peekIdxImages, readIdxImages, readIdxLabels, writeIdxImages, writeIdxLabels } from './idxFile.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-idx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
    ['too many images', idx([2 ** 32 - 1, 1, 1], 4), 'LIMIT_EXCEEDED', '4294967295 images, at most'],
    ['too many pixels', idx([4000000, 16384, 16384, 3], 4), 'LIMIT_EXCEEDED', 'bytes of pixels, at most'],
    ['two channels', idx([1, 2, 2, 2], 8), 'DATA_INVALID', '2 channels, expected N×H×W×C with C = 1 or 3'],
  ])('with %s are refused', (_, bytes, code, message) => {
    expect(() => parseIdxImages(bytes)).toThrow(expect.objectContaining({ code }));
    expect(() => parseIdxImages(bytes)).toThrow(message);
  });

  it('are not made of images that contradict themselves', () => {
    expect(() => formatIdxImages({ ...sample, count: 3 })).toThrow('received 24 bytes for 3×3×4×1');
    expect(() => formatIdxImages({ ...sample, channels: 2, count: 1 })).toThrow(RangeError);
    expect(() => formatIdxImages({ ...sample, data: new Uint8Array(), count: 0 })).toThrow(RangeError);
  });
});

describe('IDX files', () => {
  it.each(['raw', 'raw.gz'])('round-trip as %s', async (name) => {
    const path = join(folder, name);
    await writeIdxImages(path, sample);
    expect(await readIdxImages(path)).toEqual({ ...sample, data: Buffer.from(sample.data) });
    expect(await peekIdxImages(path)).toMatchObject({ count: 2, height: 3, width: 4, channels: 1 });
    await writeIdxLabels(path, Uint8Array.of(3, 4));
    expect([...(await readIdxLabels(path))]).toEqual([3, 4]);
    expect((await readdir(folder)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('are read from bytes as well, raw and gzipped', async () => {
    const bytes = formatIdxImages(sample);
    expect((await readIdxImages(bytes)).data).toEqual(sample.data);
    expect(Uint8Array.from((await readIdxImages(gzipSync(bytes))).data)).toEqual(sample.data);
  });

  it('are refused where the gzip stream is cut off, damaged or followed by something', async () => {
    const zipped = gzipSync(formatIdxImages(sample));
    for (let length = 18; length < zipped.length; length++)
      await expect(readIdxImages(zipped.subarray(0, length))).rejects.toMatchObject({
        code: 'DATA_TRUNCATED',
      });
    const damaged = Buffer.from(zipped);
    damaged[zipped.length - 6]! ^= 1;
    await expect(readIdxImages(damaged)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    for (const tail of [Buffer.alloc(3), Buffer.from('more')])
      await expect(readIdxImages(Buffer.concat([zipped, tail]))).rejects.toMatchObject({
        code: 'DATA_INVALID',
      });
  });

  it('never unzip to more than their header announces', async () => {
    const bomb = gzipSync(Buffer.concat([formatIdxImages(sample), Buffer.alloc(50_000_000)]));
    await expect(readIdxImages(bomb)).rejects.toThrow(
      'unzips to more than the 40 bytes its header announces',
    );
    await expect(readIdxImages(gzipSync(idx([4000000, 16384, 16384], 0)))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });

  it('that are missing, folders, or not as long as they say, are errors that name them', async () => {
    const missing = join(folder, 'missing');
    await expect(readIdxImages(missing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(peekIdxImages(missing)).rejects.toThrow(missing);
    await expect(readIdxImages(folder)).rejects.toThrow(`${folder}: is not a file`);
    const short = join(folder, 'short');
    await writeFile(short, formatIdxImages(sample).subarray(0, 30));
    await expect(peekIdxImages(short)).rejects.toMatchObject({ code: 'DATA_TRUNCATED' });
  });

  it('are checked against a digest where one is given', async () => {
    await expect(readIdxImages(formatIdxImages(sample), { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
    });
  });

  it('that cannot be written leave nothing behind', async () => {
    await expect(writeIdxImages(join(folder, 'none', 'x'), sample)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
  });
});
