import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../idx/index.js';
import { noiseImages } from '../testing/expectations.js';
import { readIdxFileStream } from './idx-files.js';

/** As large as a file is read at once. */
const PIECE_BYTES = 1 << 18;

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

const warnings: Error[] = [];
const note = (warning: Error): void => void warnings.push(warning);
beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => {
  process.off('warning', note);
});

describe('a gzipped IDX file of 4.7 MB', () => {
  it('is read without a warning of listeners that pile up', async () => {
    const images = noiseImages(6000, 28, 28);
    const bytes = gzipSync(formatIdxImages(images));
    expect(bytes.length).toBeGreaterThan(4_700_000);
    const stream = await readIdxFileStream(pieces(bytes), bytes.subarray(0, 2), 'noise.idx.gz');
    const read: Uint8Array[] = [];
    for await (const { data } of stream.images) read.push(data.slice());
    // A warning is emitted in a turn of its own.
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
    expect(Buffer.concat(read).equals(images.data)).toBe(true);
  });

  it('is left without a warning in its middle', async () => {
    const bytes = gzipSync(formatIdxImages(noiseImages(6000, 28, 28)));
    const stream = await readIdxFileStream(pieces(bytes), bytes.subarray(0, 2), 'noise.idx.gz');
    await stream.images.next();
    await stream.images.return();
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });
});
