import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metrics, Rate } from '@convae/train/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { breakEvenColumn } from './card.js';
import { comparisonFolder } from './find-result.js';
import { rateDistortionFile } from './result.js';
import { exampleResult } from './result.test.support.js';

const comparison = exampleResult();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-card-'));
  const beside = join(folder, comparisonFolder(comparison.dataset.name));
  await mkdir(beside);
  await writeFile(join(beside, rateDistortionFile.file), JSON.stringify(comparison));
});
afterAll(() => rm(folder, { recursive: true }));

function columnOf(bundleBytes: number) {
  const about = { dataset: comparison.dataset, bundle: { bytes: bundleBytes } };
  return breakEvenColumn(join(folder, 'run'), about as unknown as Metrics);
}

it('says from how many images on a bundle pays, where the same bundle was compared', async () => {
  const { bytesPerImage: containerBytesPerImage, mse } = comparison.methods[0]!.points[0]!;
  const rate: Rate = {
    ...{ quality: 0, prior: 'context', streamBytesPerImage: 9, psnr: 23, ssim: 0.9 },
    ...{ mse, containerBytesPerImage },
  } as const;
  // 80,000 bytes are paid by the 32 bytes between 8 and the WebP mosaic's 40.
  expect((await columnOf(80_000))?.cell(rate)).toBe('2,501');
  expect((await columnOf(80_001))?.cell(rate)).toBeUndefined();
});

it('says nothing where there is no comparison', async () => {
  const about = { dataset: { ...comparison.dataset, name: 'other' }, bundle: { bytes: 1 } };
  expect(await breakEvenColumn(join(folder, 'run'), about as unknown as Metrics)).toBeUndefined();
});
