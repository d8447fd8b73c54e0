import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { surveyImages } from '../dataset/index.js';
import { createRandom } from '../dataset/random.js';
import { chooseFor } from './choice-for.js';
import type { TrainFlags } from './settings.js';

const SIDE = 48;
let folder: string;

/** Pictures of noise: no transform keeps a part of it that is small. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-choice-'));
  const random = createRandom(3);
  for (let n = 0; n < 20; n++) {
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, () => random.below(256));
    const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
    await sharp(pixels, { raw })
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, `${n}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function presetFor(target: Partial<TrainFlags>): Promise<string> {
  const data = `images:${folder}`;
  const flags = { data, ...target } as TrainFlags;
  return (await chooseFor(flags, await surveyImages(data))).flags.preset;
}

describe('the choice for a target', () => {
  it('takes small patches where large ones lose more than the PSNR allows', async () => {
    expect(await presetFor({ psnr: 30 })).toBe('patch-4');
  });

  it('takes large patches where they can reach the PSNR, and where bytes or nothing is asked for', async () => {
    expect(await presetFor({ psnr: 10 })).toBe('patch-8');
    expect(await presetFor({ bytes: 50 })).toBe('patch-8');
    expect(await presetFor({})).toBe('patch-8');
  });
});
