import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatIdxImages } from '@convae/runtime/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peekIdxImages, readIdxImages, readIdxLabels, writeIdxImages, writeIdxLabels } from './idx-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-idx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
    await expect(readIdxImages(folder)).rejects.toThrow(`${folder} is not a file`);
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
