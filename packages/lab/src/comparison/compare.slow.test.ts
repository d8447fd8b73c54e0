import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sliceBatch } from '@convae/runtime';
import { type Dataset, evaluateBundle, presetSpec } from '@convae/train/kit';
import { tinyImages, tinyRun } from '@convae/train/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluations } from '../evaluations.js';
import { chooseBundles, isReference, readBundle } from './bundles/find.js';
import { BYTE_CODECS } from './codecs/byte-streams.js';
import { jpeg } from './codecs/sharp-codecs.js';
import { imagesHash } from './data-hash.js';
import { comparisonFolder } from './find-result.js';
import { refreshReports } from './refresh.js';
import { type RateDistortion, rateDistortionFile } from './result.js';
import { exampleResult } from './result.test.support.js';
import { type CompareOptions, type ComparisonProgress, compareCodecs } from './run.js';
import { writeComparison } from './write.js';

const TINY_BUNDLE = fileURLToPath(new URL('../../../../test/vectors/data/tiny-bundle', import.meta.url));

const all = tinyImages({ count: 160, height: 8, width: 8, channels: 1, labelled: false });
const dataset: Dataset = {
  name: 'patches',
  source: 'idx:patches',
  train: sliceBatch(all, 0, 80),
  validation: sliceBatch(all, 80, 100),
  loadTest: async () => sliceBatch(all, 100, 160),
  testIsValidation: false,
};

describe('compareCodecs', () => {
  let folder: string;
  let encoded = 0;
  let options: CompareOptions;
  let result: RateDistortion;
  const progress: ComparisonProgress[] = [];
  const counted = {
    ...jpeg,
    qualities: { mosaic: [10, 50], file: [10] },
    encode: (...parameters: Parameters<typeof jpeg.encode>) => {
      encoded++;
      return jpeg.encode(...parameters);
    },
  };
  const broken = {
    ...counted,
    name: 'Broken',
    encode: () => Promise.reject(new Error('it ran out of paper')),
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-compare-'));
    options = {
      dataset,
      bundles: await chooseBundles([TINY_BUNDLE], join(folder, 'no-models'), dataset.train),
      folder,
      command: 'convae-train compare --data idx:patches',
      onProgress: (now) => progress.push(now),
      pictureCodecs: [
        { label: 'JPEG', load: async () => counted },
        { label: 'Broken', load: async () => broken },
      ],
      byteCodecs: BYTE_CODECS.slice(0, 1),
    };
    result = await compareCodecs(options);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures bundles, PCA and codecs on the test images', () => {
    const families = new Set(result.methods.map(({ family }) => family));
    expect([...families].sort()).toEqual(['convae', 'file', 'mosaic', 'pca', 'stream']);
    for (const { points } of result.methods) {
      for (const { images } of points) expect(images).toBe(60);
    }
    expect(result.dataset).toMatchObject({
      images: 60,
      part: 'test',
      sha256: imagesHash(sliceBatch(all, 100, 160)),
    });
  });

  it('counts real bytes: a container takes fewer than single streams with all their ends', () => {
    const own = result.methods.find(({ family }) => family === 'convae')!;
    for (const { bytesPerImage, streamBytesPerImage, modelBytes } of own.points) {
      // 60 images share about 90 bytes of header and index.
      expect(bytesPerImage).toBeLessThan(streamBytesPerImage! + 2);
      expect(modelBytes).toBeGreaterThan(1000);
    }
    expect(own.points.length).toBeGreaterThan(1);
    expect(own.label).toContain('(trained on unknown data)');
  });

  it('lists every setting that failed as skipped', () => {
    expect(result.skipped.map(({ label }) => label)).toEqual([
      'Broken, one mosaic, quality 10',
      'Broken, one mosaic, quality 50',
      'Broken, one file each, quality 10',
    ]);
    for (const { reason } of result.skipped) expect(reason).toBe('it ran out of paper');
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['TypeError', async () => (undefined as unknown as () => Uint8Array)()],
    ['RangeError', async () => new Uint8Array(-1)],
    ['ReferenceError', async () => Function('return nowhere')()],
  ])('does not take a %s of ours for a setting that failed', async (name, encode) => {
    const defective = { ...counted, name: 'Defective', encode };
    const compare = (changed: Partial<CompareOptions>) =>
      compareCodecs({ ...options, onProgress: undefined, ...changed });
    const pictureCodecs = [{ label: 'Defective', load: async () => defective }];
    await expect(compare({ pictureCodecs })).rejects.toMatchObject({ name });
    const unloadable = [{ label: 'Defective', load: encode as () => Promise<never> }];
    await expect(compare({ pictureCodecs: unloadable })).rejects.toMatchObject({ name });
    const byteCodecs = [{ ...BYTE_CODECS[0]!, version: encode as () => Promise<never> }];
    await expect(compare({ byteCodecs })).rejects.toMatchObject({ name });
  });

  it('tells how far it is', () => {
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 9);
  });

  it('measures nothing twice, and everything when it is told to', async () => {
    const before = encoded;
    const again = await compareCodecs(options);
    expect(encoded).toBe(before);
    expect(again.methods).toEqual(result.methods);
    const fresh = await compareCodecs({ ...options, fresh: true });
    expect(encoded).toBe(2 * before);
    expect(fresh.methods).toEqual(result.methods);
  });

  it('measures other images anew', async () => {
    const before = encoded;
    const other = { ...dataset, loadTest: async () => sliceBatch(all, 90, 150) };
    await compareCodecs({ ...options, dataset: other });
    expect(encoded).toBeGreaterThan(before);
  });

  it('writes what it found, as table and as pictures', async () => {
    const out = join(folder, 'out');
    await writeComparison(out, result);
    expect((await readdir(out)).sort()).toEqual(
      ['json', 'md', 'png', 'svg'].map((ending) => `rate-distortion.${ending}`),
    );
    const written: unknown = JSON.parse(await readFile(join(out, 'rate-distortion.json'), 'utf8'));
    expect(rateDistortionFile.parse(written)).toEqual(result);
    const { width } = await sharp(join(out, 'rate-distortion.png')).metadata();
    expect(width).toBeGreaterThan(1000);
    const svg = await readFile(join(out, 'rate-distortion.svg'), 'utf8');
    expect(svg).not.toContain('var(--');
  });
});

describe('the section of the report', () => {
  it('appears in the report of a run on the same images, made before or after, and in no other', async () => {
    const runs = await mkdtemp(join(tmpdir(), 'convae-runs-'));
    const example = exampleResult();
    const images = tinyImages({ count: 10, height: 8, width: 8, channels: 1, labelled: true });
    const spec = presetSpec('reference', { channels: 1, height: 8, width: 8 });
    const known = await tinyRun(spec, images);
    const { images: _, ...shape } = example.dataset;
    const result = { ...example, dataset: { ...shape, name: 'patches <&>', images: 10 } };
    const run = { ...known, runDir: join(runs, 'run'), history: [] };
    await evaluateBundle({ ...run, evaluations });
    const report = (): Promise<string> => readFile(join(runs, 'run', 'report.html'), 'utf8');
    expect(await report()).not.toContain('<section id="rate-distortion"');
    const folder = join(runs, comparisonFolder('patches <&>'));
    await writeComparison(folder, result);
    expect(await refreshReports(folder, result, evaluations)).toEqual([join(runs, 'run')]);
    const refreshed = await report();
    expect(refreshed).toContain('<section id="rate-distortion"');
    expect(refreshed).toContain('WebP, one mosaic');
    await evaluateBundle({ ...run, evaluations });
    expect(sections(await report())).toEqual(sections(refreshed));
    const others = { ...result, dataset: { ...result.dataset, images: 11 } };
    expect(await refreshReports(folder, others, evaluations)).toEqual([]);
    await Promise.all([rm(runs, { recursive: true }), rm(known.runDir, { recursive: true })]);
  });
});

const sections = (page: string): string[] =>
  [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id!);

describe('chooseBundles', () => {
  it('refuses a named bundle that cannot code the images', async () => {
    const colour = { height: 8, width: 8, channels: 3 };
    await expect(chooseBundles([TINY_BUNDLE], 'none', colour)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    await expect(chooseBundles(['nowhere'], 'none', colour)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds those of a folder that were made for images of this size', async () => {
    const folder = join(TINY_BUNDLE, '..');
    const found = await chooseBundles([], folder, { height: 8, width: 8, channels: 1 });
    expect(found.map(({ name }) => name)).toContain('tiny-bundle');
    expect(await chooseBundles([], folder, { height: 12, width: 12, channels: 1 })).toEqual([]);
  });
});

describe('isReference', () => {
  it.each([
    ['reference', true],
    ['seed', true],
    ['tuned', false],
  ])('of architecture %s is %s: bundles of old call the reference network "seed"', async (name, expected) => {
    const { manifest } = await readBundle(TINY_BUNDLE);
    expect(isReference({ manifest: { ...manifest, architecture: { name } } })).toBe(expected);
  });
});

describe('the folder of a comparison', () => {
  it('lies beside the runs, whatever the data are called', () => {
    expect(comparisonFolder('mnist')).toBe('rate-distortion');
    expect(comparisonFolder('my-photos')).toBe('rate-distortion-my-photos');
    for (const name of ['../../elsewhere', '..', '/etc', '..\\elsewhere'])
      expect(comparisonFolder(name)).toMatch(/^rate-distortion-[\w-]+$/);
  });
});
