import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mean } from '../figures/averages.js';
import { presetSpec } from '../model/presets.js';
import { tinyImages, tinyRun } from '../testing/tiny-run.js';
import { type EvaluateOptions, evaluateBundle } from './evaluate.js';
import { msePerImage } from './metrics/distortion.js';
import { ssimPerImage } from './metrics/ssim.js';
import { type Metrics, parseMetrics } from './schema.js';

/** Everything in a page that would make a browser fetch something, apart from `data:` and anchors. */
function outsideReferences(page: string): string[] {
  const attributes = [...page.matchAll(/\s(?:src|href|srcset|poster|data)\s*=\s*"([^"]*)"/g)].map(
    ([, url]) => url!,
  );
  const styles = [...page.matchAll(/url\(\s*(?!#)[^)]*\)|@import\s+\S+/g)].map(([text]) => text);
  return [...attributes.filter((url) => !/^(?:data:|#)/.test(url)), ...styles];
}

/** The bytes of every picture inside a page. */
function embeddedPictures(page: string): Buffer[] {
  const sources = page.matchAll(/src="data:image\/png;base64,([^"]+)"/g);
  return [...sources].map(([, base64]) => Buffer.from(base64!, 'base64'));
}

const sectionIds = (page: string): string[] =>
  [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id!);

describe('evaluateBundle on labelled grey images', () => {
  const test = tinyImages({ count: 30, height: 28, width: 28, channels: 1, labelled: true });
  const progress: number[] = [];
  let options: EvaluateOptions;
  let metrics: Metrics;
  let page: string;
  beforeAll(async () => {
    options = await tinyRun(presetSpec('reference', { channels: 1, height: 28, width: 28 }), test);
    metrics = await evaluateBundle({ ...options, onProgress: ({ done }) => progress.push(done) });
    page = await readFile(join(options.runDir, 'report.html'), 'utf8');
  });
  afterAll(() => rm(options.runDir, { recursive: true }));

  it('leaves exactly the promised files', async () => {
    const files = [
      'bundle',
      'comparison.png',
      'epochs.jsonl',
      'examples.json',
      'loss.png',
      'metrics.json',
      'report.html',
    ];
    expect((await readdir(options.runDir)).sort()).toEqual(files);
  });

  it('writes what it returns, valid under its own schema', async () => {
    const written: unknown = JSON.parse(await readFile(join(options.runDir, 'metrics.json'), 'utf8'));
    expect(parseMetrics(written)).toEqual(metrics);
  });

  it('measures what the codec gives a user', async () => {
    const codec = await loadCodec(options.bundleDir);
    const output = await codec.reconstruct(await codec.embed(test));
    await codec.dispose();
    expect(metrics.distortion.mse).toBeCloseTo(mean(msePerImage(test, output)), 12);
    expect(metrics.distortion.ssim).toBeCloseTo(mean(ssimPerImage(test, output)), 12);
    expect(metrics.distortion.psnr).toBeCloseTo(-10 * Math.log10(metrics.distortion.mse), 12);
    // Rounding to uint8 moves a pixel by half a step at most.
    expect(Math.abs(Math.sqrt(metrics.distortion.mseFloat) - Math.sqrt(metrics.distortion.mse))).toBeLessThan(
      0.5 / 255,
    );
  });

  it('orders the best and worst images, and splits the error by class', () => {
    const { best, worst, perClass, mse } = metrics.distortion;
    const errors = [...best, ...worst.toReversed()].map((image) => image.mse);
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(perClass?.map(({ label, images }) => [label, images])).toEqual([
      [0, 15],
      [1, 15],
    ]);
    expect((perClass![0]!.mse + perClass![1]!.mse) / 2).toBeCloseTo(mse, 12);
  });

  it('states sizes as they are on disk, and the latent beside the image', async () => {
    const sizes = await Promise.all(
      metrics.bundle.files.map(async ({ file }) => (await readFile(join(options.bundleDir, file))).length),
    );
    expect(metrics.bundle.files.map(({ bytes }) => bytes)).toEqual(sizes);
    expect(metrics.bundle.bytes).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
    expect(metrics.latent).toMatchObject({
      channels: 4,
      height: 7,
      width: 7,
      float32Bytes: 784,
      imageBytes: 784,
    });
    expect([metrics.model.encoderParameters, metrics.model.decoderParameters]).toEqual([740, 337]);
  });

  it('reports progress up to the last image', () => {
    expect(progress.at(-1)).toBe(30);
  });

  it('has every section, and escapes what it was given', () => {
    expect(sectionIds(page)).toEqual([
      'summary',
      'comparison',
      'loss',
      'extremes',
      'classes',
      'latents',
      'histograms',
      'architecture',
      'sizes',
      'reproduce',
    ]);
    expect(page).toContain('patches &lt;&amp;&gt;');
    expect(page).toContain('--data &quot;idx:&lt;patches&gt;&quot;');
    expect(page).not.toContain('<patches>');
  });

  it('asks nothing of the outside', () => {
    expect(outsideReferences(page)).toEqual([]);
    expect(page).not.toMatch(/<(?:script|iframe|object|embed)\b/);
  });

  it('gives no two elements one id, and points to none that is missing', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = [...page.matchAll(/url\(#([^)]+)\)|href="#([^"]+)"/g)].map(
      ([, clip, anchor]) => clip ?? anchor!,
    );
    for (const id of wanted) expect(ids).toContain(id);
  });

  it('holds pictures that decode, each with a text alternative, and no undefined', async () => {
    const pictures = embeddedPictures(page);
    expect(pictures.length).toBeGreaterThan(30);
    for (const picture of pictures) await sharp(picture).raw().toBuffer();
    for (const [tag] of page.matchAll(/<img[^>]*>/g)) expect(tag).toMatch(/ alt="[^"]+"/);
    for (const [tag] of page.matchAll(/<svg[^>]*>/g)) expect(tag).toMatch(/ aria-label="[^"]+"/);
    expect(page.replaceAll(/base64,[^"]+/g, '')).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });

  it('embeds the original and the reconstruction pixel by pixel', async () => {
    const codec = await loadCodec(options.bundleDir);
    const first = { ...test, count: 1, data: test.data.slice(0, 784) };
    const output = await codec.reconstruct(await codec.embed(first));
    await codec.dispose();
    const comparison = page.slice(page.indexOf('<section id="comparison"'));
    const { data, info } = await sharp(embeddedPictures(comparison)[0]!)
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([28, 57]);
    expect(Buffer.compare(data.subarray(0, 784), Buffer.from(first.data))).toBe(0);
    expect(Buffer.compare(data.subarray(28 * 29), Buffer.from(output.data))).toBe(0);
  });

  it('draws readable pictures', async () => {
    const comparison = await sharp(join(options.runDir, 'comparison.png')).metadata();
    expect(comparison.width).toBeGreaterThanOrEqual(720);
    const loss = await sharp(join(options.runDir, 'loss.png')).metadata();
    expect(loss.width).toBeGreaterThanOrEqual(1500);
  });
});

describe('evaluateBundle on other data', () => {
  it('leaves classes and training out for unlabelled RGB images without a log; odd sizes work', async () => {
    const test = tinyImages({ count: 5, height: 20, width: 14, channels: 3, labelled: false });
    const trained = presetSpec('upsample-nearest', { channels: 3, height: 8, width: 8 });
    const samples = tinyImages({ count: 4, height: 8, width: 8, channels: 3, labelled: false });
    const options = { ...(await tinyRun(trained, samples)), test, history: [], parity: undefined };
    const metrics = await evaluateBundle(options);
    const page = await readFile(join(options.runDir, 'report.html'), 'utf8');
    const files = await readdir(options.runDir);
    await rm(options.runDir, { recursive: true });
    expect(metrics.dataset).toMatchObject({ channels: 3, classes: 0, height: 20, width: 14 });
    expect(metrics.distortion.perClass).toBeUndefined();
    expect(metrics.training).toBeUndefined();
    expect(metrics.parity).toBeUndefined();
    expect(sectionIds(page)).not.toContain('classes');
    expect(sectionIds(page)).not.toContain('loss');
    expect(files).not.toContain('loss.png');
    expect(outsideReferences(page)).toEqual([]);
  });

  it('shows a latent without extent, and caps the pictures of large images', async () => {
    const image = { channels: 1, height: 240, width: 200 } as const;
    const test = tinyImages({ count: 3, ...image, labelled: true });
    const options = await tinyRun(
      {
        name: 'dense',
        image,
        encoder: [
          { kind: 'conv', filters: 2, kernel: 3, stride: 8, activation: 'relu', pool: 5 },
          { kind: 'dense', units: 7, activation: 'linear' },
        ],
        decoder: [
          { kind: 'expand', height: 6, width: 5, filters: 2, activation: 'relu' },
          { kind: 'nearest', factor: 8, filters: 2, kernel: 3, activation: 'relu' },
          { kind: 'nearest', factor: 5, filters: 1, kernel: 3, activation: 'sigmoid' },
        ],
      },
      test,
    );
    const metrics = await evaluateBundle(options);
    const page = await readFile(join(options.runDir, 'report.html'), 'utf8');
    await rm(options.runDir, { recursive: true });
    expect(metrics.latent).toMatchObject({ channels: 7, height: 1, width: 1, float32Bytes: 28 });
    for (const picture of embeddedPictures(page)) {
      expect((await sharp(picture).metadata()).width).toBeLessThanOrEqual(192);
    }
  });

  it('refuses an empty set, and a folder without a bundle, before writing anything', async () => {
    const test = tinyImages({ count: 2, height: 8, width: 8, channels: 1, labelled: true });
    const options = await tinyRun(presetSpec('reference', { channels: 1, height: 8, width: 8 }), test);
    const empty = { ...test, count: 0, data: new Uint8Array() };
    await expect(evaluateBundle({ ...options, test: empty })).rejects.toThrow(
      'expected at least 1 image for test',
    );
    const missing = evaluateBundle({ ...options, bundleDir: join(options.runDir, 'none') });
    await expect(missing).rejects.toMatchObject({ name: 'ConvaeError', code: 'NOT_FOUND' });
    expect((await readdir(options.runDir)).sort()).toEqual(['bundle', 'epochs.jsonl']);
    await rm(options.runDir, { recursive: true });
  });
});

describe('parseMetrics', () => {
  it('names the field that is wrong', () => {
    expect(() => parseMetrics({ format: 'convae-metrics', version: '2.0' })).toThrow(
      /metrics\.json:[\s\S]*version/,
    );
  });
});
