import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Codec, loadCodec } from '@convae/runtime';
import { type ImageBatch, parseContext, parseTables } from '@convae/runtime/core';
import { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRandom, openDataset, type Pictures } from '../dataset/index.js';
import { msePerImage } from '../evaluation/metrics/distortion.js';
import { modelCard } from '../evaluation/model-card.js';
import { type Metrics, parseMetrics } from '../evaluation/schema.js';
import { addCommands } from './commands.js';

let root: string;
const lines: string[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  root = await mkdtemp(join(tmpdir(), 'convae-crop-run-'));
  for (const part of ['train', 'validation', 'test'])
    await mkdir(join(root, 'photos', part), { recursive: true });
  for (let i = 0; i < 8; i++) await writePhoto('train', i, 40 + 3 * i, 64 - 4 * i);
  for (let i = 8; i < 10; i++) await writePhoto('validation', i, 30, 50);
  for (let i = 10; i < 13; i++) await writePhoto('test', i, 21 + i, 50 - i);
  await writePhoto('test', 13, 9, 14);
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});

/** Discs on a slope. */
async function writePhoto(part: string, number: number, height: number, width: number): Promise<void> {
  const random = createRandom(number);
  const discs = Array.from({ length: 6 }, () => [
    random.uniform() * width,
    random.uniform() * height,
    3 + random.uniform() * 8,
    random.uniform() * 200,
  ]) as [number, number, number, number][];
  const data = Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const disc = discs.find(([cx, cy, r]) => Math.hypot(x - cx, y - cy) < r);
    return disc?.[3] ?? 40 + x + y;
  });
  const image = sharp(data, { raw: { height, width, channels: 1 } }).toColourspace('b-w');
  await image.toFile(join(root, 'photos', part, `${number}.png`));
}

async function command(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  for (const sub of program.commands) sub.exitOverride().configureOutput({ writeErr: () => undefined });
  const out = args[0] === 'run' ? ['--out', join(root, 'run')] : [];
  await program.parseAsync([...args, ...out], { from: 'user' });
}

const data = (): string[] => ['--data', `images:${join(root, 'photos')}`];
const short = ['--epochs', '2', '--batch', '20', '--lr', '0.005'];

/** Checks that both priors code an image of any size: the symbols, and so the pixels, are the same. */
async function expectSame(codec: Codec, image: ImageBatch): Promise<void> {
  const [context, factorized] = await Promise.all(
    (['context', 'factorized'] as const).map(async (prior) =>
      codec.decode(await codec.encode(image, { prior })),
    ),
  );
  expect(context).toMatchObject({ height: image.height, width: image.width });
  expect(context!.data).toEqual(factorized!.data);
}

describe('convae-train run --crop on pictures of many sizes', () => {
  let codec: Codec;
  let pictures: Pictures;
  let metrics: Metrics;
  const bytesOf = (file: string): Promise<Buffer> => readFile(join(root, 'run', file));
  beforeAll(async () => {
    const rate = ['--preset', 'grid-4', '--lambda', '9,20', '--flips'];
    await command('run', ...data(), '--crop', '16', ...rate, ...short);
    codec = await loadCodec(join(root, 'run', 'bundle'));
    metrics = parseMetrics(JSON.parse(String(await bytesOf('metrics.json'))));
    const dataset = await openDataset(`images:${join(root, 'photos')}`, { crop: 16 });
    pictures = await dataset.testPictures!();
  });
  afterAll(() => codec.dispose());

  it('says how many pictures the crops come from, and records what it was trained on', async () => {
    expect(lines).toContain('training images are crops of 8 pictures; 1 smaller ones are left out');
    const { settings } = JSON.parse(String(await bytesOf('run.json')));
    expect(settings).toMatchObject({ crop: 16, flips: true, rate: { context: { place: false } } });
    expect(codec.manifest.image).toMatchObject({ height: 16, width: 16, anySize: true });
  });

  it('exports nothing that depends on the place: one table a channel and quality, no place in the context model', async () => {
    expect(parseTables(await bytesOf('bundle/tables.bin')).count).toBe(2 * 4);
    const { positionBias } = parseContext(await bytesOf('bundle/context.bin'));
    expect(positionBias.every((bias) => bias === 0)).toBe(true);
  });

  it('codes whole pictures of other sizes with both priors', async () => {
    for (let i = 0; i < pictures.count; i++) await expectSame(codec, await pictures.read(i));
  });

  it('measures whole pictures as a user would code them', async () => {
    const { measured, of, prior, rates } = metrics.pictures!;
    expect([measured, of, prior]).toEqual([4, 4, 'context']);
    for (const { quality, bytesPerPicture, bitsPerPixel, mse } of rates) {
      let [bytes, pixels, squared] = [0, 0, 0];
      for (let i = 0; i < pictures.count; i++) {
        const image = await pictures.read(i);
        const stream = await codec.encode(image, { quality });
        const size = image.height * image.width;
        bytes += stream.length;
        pixels += size;
        squared += size * msePerImage(image, await codec.decode(stream))[0]!;
      }
      expect(bytesPerPicture).toBe(bytes / 4);
      expect(bitsPerPixel).toBeCloseTo((8 * bytes) / pixels, 10);
      expect(mse).toBeCloseTo(squared / pixels, 10);
    }
  });

  it('shows whole pictures in the report and beside it', async () => {
    const page = String(await bytesOf('report.html'));
    expect(page).toContain('<section id="pictures"');
    expect(page).toContain('Here 4 of 4 test pictures');
    const { format, width } = await sharp(await bytesOf('pictures.png')).metadata();
    expect([format, width]).toEqual(['png', 866]);
  });

  it('tells of them in the model card', () => {
    const card = modelCard(metrics, 'photos');
    expect(card).toContain('any size, trained on crops of 16×16, grey');
    expect(card).toContain(
      `| 1 (default) | ${Math.round(metrics.pictures!.rates[1]!.bytesPerPicture)} | ${metrics.pictures!.rates[1]!.bitsPerPixel.toFixed(3)} |`,
    );
  });

  it('goes on with --resume without being told of crops, and exports again by itself', async () => {
    await command('run', '--resume');
    const before = await bytesOf('bundle/context.bin');
    await command('export', join(root, 'run'));
    expect(await bytesOf('bundle/context.bin')).toEqual(before);
  });

  it('refuses networks for one size, and sides that do not fit, before it reads an image', async () => {
    const nowhere = ['--data', 'images:/nowhere'];
    await expect(command('run', ...nowhere, '--crop', '16', '--preset', 'dense-64')).rejects.toThrow(
      'expected a network that takes any size (patch-8, grid-4, …) beside --crop, received dense-64',
    );
    await expect(command('run', ...nowhere, '--crop', '18', '--preset', 'grid-4')).rejects.toThrow(
      /multiple of 4 for this network, received 18/,
    );
  });
});
