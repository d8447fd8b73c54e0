import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import {
  type EvaluateOptions,
  evaluateBundle,
  mean,
  msePerImage,
  presetSpec,
  psnrFromMse,
  renewReport,
} from '@convae/train/kit';
import { tinyImages, tinyRun } from '@convae/train/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluations } from '../evaluations.js';
import { type DenoisingOptions, evaluateDenoising } from './evaluate.js';
import { noisyImages } from './noisy.js';
import { type Denoising, denoisingFile } from './schema.js';

const image = { channels: 1, height: 12, width: 12 } as const;
const test = tinyImages({ count: 12, ...image, labelled: true });
const validation = tinyImages({ count: 3, ...image, labelled: true });
let run: EvaluateOptions;
let options: DenoisingOptions;
let figures: Denoising;

/** Makes a bundle's manifest say how it was trained. */
async function sayTrained(bundleDir: string, training: object): Promise<void> {
  const path = join(bundleDir, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...manifest, training }));
}

beforeAll(async () => {
  run = await tinyRun(presetSpec('denoise-reference', image), test);
  await sayTrained(run.bundleDir, { noise: 0.8, noiseFrom: 0.1, noiseKind: 'gaussian' });
  await evaluateBundle({ ...run, evaluations });
  options = {
    bundleDir: run.bundleDir,
    test,
    dataset: { ...run.dataset, train: test, validation },
    folder: run.runDir,
    command: 'convae-train denoising a',
    levels: [0.2, 0.6],
  };
  figures = await evaluateDenoising(options);
});
afterAll(() => rm(run.runDir, { recursive: true }));

describe('evaluateDenoising', () => {
  it('writes what it returns, and a readable picture', async () => {
    const text = await readFile(join(run.runDir, 'denoising.json'), 'utf8');
    expect(denoisingFile.parse(JSON.parse(text))).toEqual(figures);
    const { width, height } = await sharp(join(run.runDir, 'denoising.png')).metadata();
    expect(width).toBeGreaterThanOrEqual(640);
    expect(height).toBeGreaterThan(7 * 84);
  });

  it('measures what the codec gives a user for the noisy images', async () => {
    const codec = await loadCodec(run.bundleDir);
    const noisy = noisyImages(test, { kind: 'gaussian', level: 0.6, seed: 1, batch: 0 });
    const output = await codec.denoise(noisy);
    await codec.dispose();
    const { network, noisy: untouched } = figures.levels[1]!;
    const mse = mean(msePerImage(test, output));
    expect(network.mse).toBeCloseTo(mse, 12);
    expect(network.psnr).toBeCloseTo(psnrFromMse(mse)!, 10);
    expect(untouched.mse).toBeCloseTo(mean(msePerImage(test, noisy)), 12);
  });

  it('names every filter at every level, and the images that their settings come from', () => {
    expect(figures.levels.map(({ level }) => level)).toEqual([0.2, 0.6]);
    for (const { filters } of figures.levels) expect(filters).toHaveLength(4);
    expect(figures.tunedOn).toEqual({ part: 'validation', images: 3 });
    expect(figures.trained).toEqual({ from: 0.1, to: 0.8 });
  });

  it('shows in the report: in one that was there, renewed not repeated, and in one made later', async () => {
    const report = join(run.runDir, 'report.html');
    const sections = async (): Promise<number> =>
      [...(await readFile(report, 'utf8')).matchAll(/<section id="denoising"/g)].length;
    expect(await sections()).toBe(0);
    for (let time = 0; time < 2; time++) {
      expect(await renewReport(run.runDir, evaluations)).toBe(true);
      expect(await sections()).toBe(1);
    }
    expect(await readFile(report, 'utf8')).toContain('levels 0.1 to 0.8');
    await evaluateBundle({ ...run, evaluations });
    expect(await sections()).toBe(1);
  });

  it('refuses bundles that were not trained on noise, and no images, before anything is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convae-denoising-'));
    const none = { ...test, count: 0, data: new Uint8Array() };
    await expect(evaluateDenoising({ ...options, folder, test: none })).rejects.toThrow('at least 1 image');
    await sayTrained(run.bundleDir, { noise: 0 });
    await expect(evaluateDenoising({ ...options, folder })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
