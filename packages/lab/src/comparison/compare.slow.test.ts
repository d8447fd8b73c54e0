import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sliceBatch } from '@convae/runtime';
import { type Dataset, evaluateBundle, presetSpec } from '@convae/train/kit';
import { tinyImages, tinyRun } from '@convae/train/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluations } from '../evaluations.js';
import { chooseBundles, isReference, readBundle, trainedOn } from './bundles/find.js';
import { BYTE_CODECS } from './codecs/byte-streams.js';
import type { Variant } from './codecs/picture-codec.js';
import { bestJpeg, png } from './codecs/sharp-codecs.js';
import { imagesHash } from './data-hash.js';
import { comparisonFolder } from './find-result.js';
import { refreshReports } from './refresh.js';
import { type RateDistortion, rateDistortionFile } from './result.js';
import { exampleResult } from './result.test.support.js';
import { type CompareOptions, type ComparisonProgress, compareCodecs } from './run.js';
import { writeComparison } from './write.js';

const TINY_LOSSLESS = fileURLToPath(
  new URL('../../../../test/vectors/data/tiny-lossless-1', import.meta.url),
);
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

const wanted = {
  named: [],
  models: 'none',
  dataset: 'patches',
  images: { height: 8, width: 8, channels: 1, manySizes: false },
};

describe('compareCodecs', () => {
  let folder: string;
  let encoded = 0;
  let options: CompareOptions;
  let result: RateDistortion;
  const progress: ComparisonProgress[] = [];
  const load = async () => {
    const jpeg = await bestJpeg.load(1);
    const [variant] = jpeg.variants(1);
    const encode: Variant['encode'] = (...parameters) => {
      encoded++;
      return variant!.encode(...parameters);
    };
    return { ...jpeg, variants: () => [{ ...variant!, qualities: [10, 50], encode }] };
  };
  const failing = (name: string, encode: Variant['encode']) => async () => {
    const jpeg = await load();
    return { ...jpeg, name, variants: () => jpeg.variants().map((each) => ({ ...each, encode })) };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-compare-'));
    options = {
      dataset,
      bundles: await chooseBundles({ ...wanted, named: [TINY_BUNDLE] }),
      psnrs: [5, 60],
      folder,
      command: 'convae-train compare --data idx:patches',
      onProgress: (now) => progress.push(now),
      pictureCodecs: [
        { label: 'JPEG', load },
        { label: 'Broken', load: failing('Broken', () => Promise.reject(new Error('it ran out of paper'))) },
      ],
      byteCodecs: BYTE_CODECS.slice(0, 1),
    };
    result = await compareCodecs(options);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures bundles, PCA and codecs on the test images', () => {
    const families = new Set(result.methods.map(({ family }) => family));
    expect([...families].sort()).toEqual(['bytes', 'codec', 'convae', 'pca']);
    for (const { points } of result.methods) {
      for (const { images } of points) expect(images).toBe(60);
    }
    expect(result.dataset).toMatchObject({ images: 60, part: 'test', manySizes: false });
    const sample = { images: 60, pixels: 60 * 64, sha256: imagesHash(sliceBatch(all, 100, 160)) };
    expect(result.samples).toEqual({ single: sample, together: sample });
  });

  it('counts real bytes: a container takes fewer than single streams with all their ends', () => {
    const [own, alone] = (['together', 'single'] as const).map((use) =>
      result.methods.find((method) => method.family === 'convae' && method.use === use),
    );
    expect(own!.points.length).toBeGreaterThan(1);
    for (const [i, { bytesPerImage, modelBytes, mse }] of own!.points.entries()) {
      const single = alone!.points[i]!;
      // 60 images share about 90 bytes of header and index.
      expect(bytesPerImage).toBeLessThan(single.bytesPerImage + 2);
      expect(single.mse).toBeCloseTo(mse, 6);
      expect(modelBytes).toBeGreaterThan(1000);
    }
    expect(own!.label).toContain('(trained on unknown data)');
  });

  it('measures bundles that were trained for rate with an effort, as methods of their own', async () => {
    const trained = join(folder, 'trained');
    await cp(TINY_BUNDLE, trained, { recursive: true });
    const manifest = JSON.parse(await readFile(join(trained, 'manifest.json'), 'utf8'));
    const rate = { lambda: 20, multipliers: manifest.quantizer.multipliers.slice(0, 1) };
    await writeFile(join(trained, 'manifest.json'), JSON.stringify({ ...manifest, training: { rate } }));
    const bundles = await chooseBundles({ ...wanted, named: [TINY_BUNDLE, trained] });
    const { methods } = await compareCodecs({
      ...options,
      onProgress: undefined,
      bundles,
      effort: 2,
      pictureCodecs: [],
      byteCodecs: [],
    });
    const own = methods.filter(({ family, use }) => family === 'convae' && use === 'together');
    expect(own.map(({ label }) => label.includes('effort 2'))).toEqual([false, true]);
    expect(own[1]!.points).not.toEqual(own[0]!.points);
  });

  it('measures lossless bundles and codecs alone where that is wanted', async () => {
    const { methods } = await compareCodecs({
      ...options,
      onProgress: undefined,
      lossless: true,
      folder: join(folder, 'lossless'),
      bundles: await chooseBundles({ ...wanted, named: [TINY_BUNDLE, TINY_LOSSLESS] }),
      pictureCodecs: [
        { label: 'JPEG', load },
        { label: 'PNG', lossless: true, load: async () => png },
      ],
    });
    expect(methods.map(({ id }) => id.replace(/-[0-9a-f]{8}-/, '-')).sort()).toEqual([
      'gzip-stream',
      'png-single',
      'png-together',
      'tiny-lossless-1-lossless-single',
      'tiny-lossless-1-lossless-together',
    ]);
    for (const { lossless, points } of methods) {
      expect(lossless).toBe(true);
      expect(points).toMatchObject([{ images: 60, mse: 0, psnr: null }]);
    }
  });

  it('lists every setting that failed as skipped', () => {
    expect(result.skipped.map(({ label }) => label)).toEqual([
      'Broken, one file each, quality 50, baseline',
      'Broken, one file each, quality 10, baseline',
      'Broken, one mosaic, quality 50, baseline',
      'Broken, one mosaic, quality 10, baseline',
    ]);
    for (const { reason } of result.skipped) expect(reason).toBe('it ran out of paper');
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['TypeError', async () => (undefined as unknown as () => Uint8Array)()],
    ['RangeError', async () => new Uint8Array(-1)],
    ['ReferenceError', async () => Function('return nowhere')()],
  ])('does not take a %s of ours for a setting that failed', async (name, encode) => {
    const compare = (changed: Partial<CompareOptions>) =>
      compareCodecs({ ...options, onProgress: undefined, ...changed });
    const pictureCodecs = [{ label: 'Defective', load: failing('Defective', encode) }];
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
    expect((await readdir(out)).sort()).toEqual([
      ...['json', 'md', 'png', 'svg'].map((ending) => `rate-distortion.${ending}`),
      'table.md',
    ]);
    const written: unknown = JSON.parse(await readFile(join(out, 'rate-distortion.json'), 'utf8'));
    expect(rateDistortionFile.parse(written)).toEqual(result);
    const { width } = await sharp(join(out, 'rate-distortion.png')).metadata();
    expect(width).toBeGreaterThan(1000);
    const svg = await readFile(join(out, 'rate-distortion.svg'), 'utf8');
    expect(svg).not.toContain('var(--');
  });
});

describe('pictures of many sizes', () => {
  const sizes = [8, 12, 16].map((side) =>
    tinyImages({ count: 1, height: side, width: 8, channels: 1, labelled: false }),
  );
  const photos = {
    ...dataset,
    testPictures: async () => ({
      count: 3,
      names: ['a', 'b', 'c'],
      read: async (index: number) => sizes[index]!,
    }),
  };

  it('are coded one by one; there are no mosaics, containers and components of them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convae-photos-'));
    const bundles = [await readBundle(TINY_BUNDLE)].filter(({ manifest }) => manifest.image.anySize);
    const pictureCodecs = [bestJpeg];
    const about = { dataset: photos, bundles, folder, command: 'convae-train compare', psnrs: [20] };
    const result = await compareCodecs({ ...about, pictureCodecs });
    expect(result.samples).toMatchObject({ single: { images: 3, pixels: 8 * (8 + 12 + 16) } });
    expect(result.samples.together).toBeUndefined();
    expect(result.dataset.manySizes).toBe(true);
    const families = new Set(result.methods.map(({ family }) => family));
    expect(families).toEqual(new Set(bundles.length > 0 ? ['convae', 'codec'] : ['codec']));
    for (const { use, points } of result.methods) {
      expect(use).toBe('single');
      for (const { images } of points) expect(images).toBe(3);
    }
    expect(result.skipped.map(({ reason }) => reason)).toEqual(['the pictures are of many sizes']);
    await rm(folder, { recursive: true });
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
    const colour = { ...wanted.images, channels: 3 };
    const choose = (named: string, images = colour) => chooseBundles({ ...wanted, named: [named], images });
    await expect(choose(TINY_BUNDLE)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    const { manifest } = await readBundle(TINY_BUNDLE);
    const many = choose(TINY_BUNDLE, { ...wanted.images, manySizes: true });
    if (manifest.image.anySize) expect(await many).toHaveLength(1);
    else await expect(many).rejects.toThrow('of many sizes');
    await expect(choose('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds those of a folder that were made for images of this size and data set', async () => {
    const models = join(TINY_BUNDLE, '..');
    const { manifest } = await readBundle(TINY_BUNDLE);
    const inModels = { ...wanted, models, dataset: trainedOn({ manifest }) };
    expect((await chooseBundles(inModels)).map(({ name }) => name)).toContain('tiny-bundle');
    expect(await chooseBundles({ ...inModels, dataset: 'others' })).toEqual([]);
    const larger = { ...wanted.images, height: 12, width: 12 };
    expect(await chooseBundles({ ...inModels, images: larger })).toEqual([]);
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
