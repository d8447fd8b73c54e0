import { tinyImages } from '@convae/train/testing';
import { expect, it } from 'vitest';
import { filesAt } from './files-at.js';

it('finds for each codec the smallest files that have a PSNR', async () => {
  const images = tinyImages({ count: 5, height: 16, width: 12, channels: 1, labelled: false });
  const [coarse, fine] = [await filesAt(images, 20), await filesAt(images, 26)];
  expect(coarse.map(({ codec }) => codec)).toEqual(['WebP', 'AVIF', 'WebP lossless']);
  for (const [i, files] of coarse.entries()) {
    if (files.psnr === null) {
      expect(files).toEqual(fine[i]);
      continue;
    }
    expect(files.psnr).toBeGreaterThanOrEqual(20);
    expect(files.psnr).toBeLessThan(fine[i]!.psnr!);
    expect(files.bytes).toBeLessThan(fine[i]!.bytes);
  }
});

it('says what the finest files have where none has the PSNR: WebP halves the colours of noise', async () => {
  const images = tinyImages({ count: 5, height: 16, width: 12, channels: 3, labelled: false });
  const [webp] = await filesAt(images, 40);
  expect(webp!.psnr).toBeGreaterThan(10);
  expect(webp!.psnr).toBeLessThan(40);
});
