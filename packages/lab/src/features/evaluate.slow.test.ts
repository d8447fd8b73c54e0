import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import {
  type EvaluateOptions,
  evaluateBundle,
  type LabelledImages,
  loadBackend,
  presetSpec,
  renewReport,
  selectImages,
} from '@convae/train/kit';
import { tinyImages, tinyRun } from '@convae/train/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluations } from '../evaluations.js';
import { evaluateFeatures, type FeaturesOptions } from './evaluate.js';
import { fashionLikeImages } from './fashion-like.test.support.js';
import { mapSvg } from './map-plot.js';
import { rocOf } from './roc.js';
import { type Features, featuresFile } from './schema.js';

const all = tinyImages({ count: 150, height: 28, width: 28, channels: 1, labelled: true });
const part = (start: number, end: number): LabelledImages =>
  selectImages(
    all,
    Uint32Array.from({ length: end - start }, (_, i) => start + i),
  );
const test = part(110, 150);
const anomaly = { name: 'clothes <>', source: 'idx:clothes', images: fashionLikeImages(24) };

let run: EvaluateOptions;
let options: FeaturesOptions;
let features: Features;
let page: string;

beforeAll(async () => {
  run = await tinyRun(presetSpec('reference', { channels: 1, height: 28, width: 28 }), test);
  await evaluateBundle({ ...run, evaluations });
  options = {
    tf: await loadBackend('tensorflow'),
    bundleDir: run.bundleDir,
    dataset: { ...run.dataset, train: part(0, 80), validation: part(80, 110) },
    test,
    anomaly,
    folder: run.runDir,
    command: 'convae-train features run',
    mapImages: 30,
  };
  features = await evaluateFeatures(options);
  await renewReport(run.runDir, evaluations);
  page = await readFile(join(run.runDir, 'report.html'), 'utf8');
});
afterAll(() => rm(run.runDir, { recursive: true }));

describe('evaluateFeatures', () => {
  it('writes what it returns, and its pictures', async () => {
    const text = await readFile(join(run.runDir, 'features.json'), 'utf8');
    expect(featuresFile.parse(JSON.parse(text))).toEqual(features);
    for (const name of ['features-neighbours.png', 'features-roc.png', 'features-map.svg']) {
      expect((await sharp(join(run.runDir, name)).metadata()).width).toBeGreaterThan(400);
    }
  });

  it('measures latents beside pixels and as many principal components', () => {
    const shapes = features.probes!.map(({ representation, size }) => [representation, size]);
    expect(shapes).toEqual([
      ['latents', 196],
      ['pixels', 784],
      ['pca', 196],
    ]);
    // Bright above or below: pixels tell it without an error.
    expect(features.probes![1]!.testAccuracy).toBe(1);
    expect(features.neighbours!.map(({ testAccuracy }) => testAccuracy)).toEqual([1, 1, 1]);
    expect(features.dataset).toMatchObject({
      trainImages: 80,
      validationImages: 30,
      testImages: 40,
      classes: 2,
    });
  });

  it('finds training images of the query’s class, by the latents that the codec gives', async () => {
    const { queries } = features.retrieval;
    expect(queries.map(({ label }) => label)).toEqual([0, 1]);
    const codec = await loadCodec(run.bundleDir);
    const latents = async (images: LabelledImages, index: number): Promise<Float32Array> =>
      (await codec.embed(selectImages(images, Uint32Array.of(index)))).data;
    for (const { index, label, nearest } of queries) {
      expect(nearest.every((found) => found.label === label)).toBe(true);
      const [a, b] = [await latents(test, index), await latents(options.dataset.train, nearest[0]!.index)];
      if (features.retrieval.scaling === 'none') {
        expect(nearest[0]!.distance).toBeCloseTo(Math.hypot(...a.map((value, i) => value - b[i]!)), 2);
      }
    }
    await codec.dispose();
  });

  it('scores anomalies by the codec, beside plain scores', async () => {
    const codec = await loadCodec(run.bundleDir);
    const { auc } = rocOf(await codec.score(test), await codec.score(anomaly.images));
    await codec.dispose();
    const { curves, anomalousImages } = features.anomaly!;
    expect(curves.map(({ score }) => score)).toEqual(['codec', 'pca', 'mean']);
    expect(curves[0]!.auc).toBeCloseTo(auc, 12);
    expect(anomalousImages).toBe(24);
  });

  it('shows in the report, hover-able, with nothing from outside and nothing unescaped', () => {
    const section = page.slice(
      page.indexOf('<section id="features"'),
      page.indexOf('<section id="architecture"'),
    );
    expect(section.match(/<circle[^>]*><title>test image \d+, class [01]<\/title>/g)).toHaveLength(30);
    expect(section).toContain('clothes &lt;&gt;');
    expect(page).not.toContain('clothes <>');
    expect(section).not.toMatch(/<script|undefined|NaN|\[object/);
    for (const [, url] of section.matchAll(/(?:src|href)="([^"]*)"/g))
      expect(url).toMatch(/^data:image\/png/);
    for (const [tag] of section.matchAll(/<(?:img|svg)\b[^>]*>/g))
      expect(tag).toMatch(/ (?:alt|aria-label)="[^"]+"/);
  });

  it('does without labels, without anomalies, and without enough images for a map, whose earlier pictures go', async () => {
    const { labels: _, ...images } = part(0, 60);
    const { labels: __, ...few } = part(60, 70);
    const folder = join(run.runDir, 'plain');
    const dataset = { ...run.dataset, testIsValidation: true, train: images, validation: few };
    const { anomaly: ___, ...rest } = options;
    await mkdir(folder);
    for (const earlier of ['features-roc.png', 'features-map.svg'])
      await copyFile(join(run.runDir, earlier), join(folder, earlier));
    const plain = await evaluateFeatures({ ...rest, dataset, test: few, folder });
    expect([plain.probes, plain.neighbours, plain.map, plain.anomaly]).toEqual(Array(4).fill(undefined));
    expect(plain.retrieval.queries[0]!.nearest).toHaveLength(8);
    expect((await readdir(folder)).sort()).toEqual(['features-neighbours.png', 'features.json']);
  });
});

describe('evaluateFeatures of more latents than pixels', () => {
  it('has no anomaly score by principal components, all of which give every image back', async () => {
    const small = tinyImages({ count: 60, height: 8, width: 8, channels: 1, labelled: true });
    const shown = selectImages(small, Uint32Array.of(40, 41, 42, 43));
    const wide = await tinyRun(presetSpec('denoise', { channels: 1, height: 8, width: 8 }), shown);
    const { anomaly: measured, probes } = await evaluateFeatures({
      ...options,
      bundleDir: wide.bundleDir,
      dataset: { ...wide.dataset, train: small, validation: shown },
      test: shown,
      anomaly: { name: 'patches', source: 'idx:patches', images: shown },
      folder: wide.runDir,
    });
    await rm(wide.runDir, { recursive: true });
    expect(probes!.map(({ size }) => size)).toEqual([128, 64, 64]);
    expect(measured!.curves.map(({ score }) => score)).toEqual(['codec', 'mean']);
  });
});

describe('featuresFile.parse', () => {
  it('names the field that is wrong', () => {
    expect(() => featuresFile.parse({ ...features, version: '2.0' })).toThrow(
      /features\.json:[\s\S]*version/,
    );
  });
});

describe('mapSvg', () => {
  it('escapes the names of classes', () => {
    const map = { method: 'umap', seed: 1, points: [{ index: 3, label: 0, x: 0.5, y: 0.5 }] } as const;
    const svg = mapSvg({ ...map, points: [...map.points] }, { part: 'test', classNames: ['a"<b>'] });
    expect(svg).toContain('test image 3, class a&quot;&lt;b&gt;');
    expect(svg).not.toContain('<b>');
  });
});
