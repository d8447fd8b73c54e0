import { describe, expect, it } from 'vitest';
import { joinBatches } from '../join-batches.js';
import { streamOf } from '../testing/coding-contract.js';
import { noiseImages } from '../testing/expectations.js';
import { formatIdxImages } from './format.js';
import { readIdxImageStream } from './stream.js';

async function readAll(bytes: Uint8Array) {
  const { images } = await readIdxImageStream(streamOf(bytes), 'x');
  const batches = [];
  for await (const batch of images) batches.push(batch);
  return joinBatches(batches);
}

describe('readIdxImageStream', () => {
  it.each([[noiseImages(5)], [noiseImages(2, 9, 13, 3)], [noiseImages(4, 400, 500)]])(
    'gives the images of a stream, some at a time',
    async (images) => {
      const { data, ...sizes } = await readAll(formatIdxImages(images));
      expect({ ...images, ...sizes }).toEqual(images);
      expect(Buffer.compare(data, images.data)).toBe(0);
    },
  );

  it('refuses every truncation, and trailing bytes', async () => {
    const bytes = formatIdxImages(noiseImages(3, 3, 4));
    for (let length = 0; length < bytes.length; length++) {
      await expect(readAll(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'DATA_TRUNCATED' });
    }
    await expect(readAll(Uint8Array.of(...bytes, 1))).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('refuses other bytes', async () => {
    await expect(readAll(noiseImages(1).data)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
