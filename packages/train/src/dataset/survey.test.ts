import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeIdxImages } from './idx-file.js';
import { surveyImages } from './survey.js';

let root: string;

async function writePictures(name: string, sides: readonly number[]): Promise<void> {
  await mkdir(join(root, name));
  for (const [i, side] of sides.entries()) {
    const create = {
      width: side,
      height: side,
      channels: 3 as const,
      background: { r: 9 * i, g: 80, b: 200 },
    };
    await sharp({ create })
      .png()
      .toFile(join(root, name, `${i}.png`));
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-survey-'));
  await writePictures('same', Array(10).fill(12));
  await writePictures('mixed', [12, 12, 12, 12, 12, 12, 12, 20, 20, 30]);
  await mkdir(join(root, 'idx'));
  const images = { data: new Uint8Array(20 * 49), count: 20, height: 7, width: 7, channels: 1 };
  await writeIdxImages(join(root, 'idx', 'train-images'), images);
  await writeIdxImages(join(root, 'idx', 't10k-images'), images);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a survey of images', () => {
  it('tells sizes, the most frequent first, channels and how many there are to train on', async () => {
    expect(await surveyImages(`images:${join(root, 'same')}`)).toEqual({
      sizes: [{ height: 12, width: 12, count: 10 }],
      channels: 3,
      training: 8,
      canCrop: true,
    });
    const { sizes } = await surveyImages(`images:${join(root, 'mixed')}`);
    expect(sizes.map(({ height, count }) => [height, count])).toEqual([
      [12, 7],
      [20, 2],
      [30, 1],
    ]);
  });

  it('has one size where options make it one', async () => {
    const source = `images:${join(root, 'mixed')}`;
    for (const [options, side] of [
      [{ fit: 'crop' }, 12],
      [{ fit: 'resize', size: { height: 16, width: 16 } }, 16],
      [{ crop: 8 }, 8],
    ] as const) {
      const { sizes, canCrop } = await surveyImages(source, options);
      expect(sizes).toEqual([{ height: side, width: side, count: 10 }]);
      expect(canCrop).toBe(false);
    }
  });

  it('opens IDX files, of which no crops are taken', async () => {
    expect(await surveyImages(`idx:${join(root, 'idx')}`, { validation: 5 })).toEqual({
      sizes: [{ height: 7, width: 7, count: 15 }],
      channels: 1,
      training: 15,
      canCrop: false,
    });
  });
});
