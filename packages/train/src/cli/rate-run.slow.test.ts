import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Codec, loadCodec, writeImageFile } from '@convae/runtime';
import {
  type ImageBatch,
  type Manifest,
  qualityCount,
  quantize,
  quantizerAt,
  sliceBatch,
} from '@convae/runtime/core';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeIdxImages } from '../dataset/idx-file.js';
import { createRandom } from '../dataset/random.js';
import { addCommands } from './commands.js';

let root: string;
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  root = await mkdtemp(join(tmpdir(), 'convae-rate-run-'));
  await writeIdx('grey', 12, 1);
  await writeIdx('colour', 8, 3);
  await writeIdx('odd', 10, 1);
  await writePngs('rgba', 12, 4);
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});
/** Discs, of another brightness in each channel. */
function discs(count: number, size: number, channels: number, seed: number): ImageBatch {
  const random = createRandom(seed);
  const data = new Uint8Array(count * size * size * channels);
  for (let n = 0; n < count; n++) {
    const [cx, cy, r] = [
      random.uniform() * size,
      random.uniform() * size,
      (1 + random.uniform()) * size * 0.2,
    ];
    for (let i = 0; i < size * size; i++) {
      const inside = 1 / (1 + Math.exp(3 * (Math.hypot((i % size) - cx, Math.floor(i / size) - cy) - r)));
      for (let c = 0; c < channels; c++)
        data[(n * size * size + i) * channels + c] = (255 * inside) / (c + 1);
    }
  }
  return { data, count, height: size, width: size, channels };
}

async function writeIdx(name: string, size: number, channels: number): Promise<void> {
  await mkdir(join(root, name));
  await writeIdxImages(join(root, name, 'train-images'), discs(150, size, channels, 1));
  await writeIdxImages(join(root, name, 't10k-images'), discs(40, size, channels, 2));
}

async function writePngs(name: string, size: number, channels: number): Promise<void> {
  for (const [part, count, seed] of [
    ['train', 150, 1],
    ['test', 40, 2],
  ] as const) {
    await mkdir(join(root, name, part), { recursive: true });
    const images = discs(count, size, channels, seed);
    for (let i = 0; i < count; i++) await writeImageFile(join(root, name, part, `${i}.png`), images, i);
  }
}

/** The most that an estimate takes for a symbol that is nearly always 0, where priors have been trained as shortly as here: a bit. */
const IDLE_BYTES = 1 / 8;

/** Runs a command in this process. */
async function command(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  for (const sub of program.commands) sub.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' });
}

const out = (name: string): string => join(root, name);
const kind = (name: string): string => (name === 'rgba' ? 'images' : 'idx');
const data = (name: string): string[] => [
  '--data',
  `${kind(name)}:${join(root, name)}`,
  '--validation',
  '30',
];
const short = ['--epochs', '3', '--batch', '30', '--lr', '0.005'];

async function settings(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(out(name), 'run.json'), 'utf8')).settings;
}

/** Bytes of images in a container under a prior, at each quality. */
async function containerBytes(
  codec: Codec,
  images: ImageBatch,
  prior: 'context' | 'factorized',
): Promise<number[]> {
  const sizes = [];
  for (let quality = 0; quality < qualityCount(codec.manifest.quantizer!); quality++) {
    const sink = { write: () => undefined };
    sizes.push((await codec.encodeContainer([images], sink, { quality, prior })).bytes);
  }
  return sizes;
}

/** What decoding a code again must give: the image of the latent at its symbols. */
async function expectSymbols(codec: Codec, image: ImageBatch, quality: number): Promise<void> {
  const { manifest } = codec;
  const quantizer = quantizerAt(manifest.quantizer!, quality);
  const symbols = quantize(await codec.embed(image), quantizer);
  const plane = symbols.height * symbols.width;
  const data = Float32Array.from(symbols.data, (symbol, i) => {
    const channel = Math.floor(i / plane) % symbols.channels;
    return symbol * quantizer.steps[channel]! + quantizer.offsets[channel]!;
  });
  const expected = await codec.reconstruct({ ...symbols, data });
  for (const prior of ['context', 'factorized'] as const) {
    const decoded = await codec.decode(await codec.encode(image, { quality, prior }));
    expect(decoded.data).toEqual(expected.data);
  }
}

describe.each([
  { preset: 'grid-4', source: 'grey', channels: 1, latent: { channels: 4, height: 3, width: 3 }, radius: 2 },
  {
    preset: 'dense-64',
    source: 'colour',
    channels: 3,
    latent: { channels: 64, height: 1, width: 1 },
    radius: 0,
  },
  {
    preset: 'grid-8',
    source: 'rgba',
    channels: 4,
    latent: { channels: 8, height: 3, width: 3 },
    radius: 2,
  },
])('convae-train run --lambda on $preset, $source images', ({ preset, source, channels, latent, radius }) => {
  let codec: Codec;
  let manifest: Manifest;
  let test: ImageBatch;
  beforeAll(async () => {
    const rate = ['--lambda', '5,15', '--preset', preset];
    await command('run', ...data(source), ...rate, ...short, '--out', out(preset));
    codec = await loadCodec(join(out(preset), 'bundle'));
    manifest = codec.manifest;
    test = discs(40, manifest.image.height, channels, 2);
  });
  afterAll(() => codec.dispose());

  it('writes a bundle with a context model and weights in eight bits', async () => {
    expect((await readdir(join(out(preset), 'bundle'))).sort()).toEqual([
      'context.bin',
      'decoder.onnx',
      'encoder.onnx',
      'manifest.json',
      'tables.bin',
    ]);
    expect(manifest).toMatchObject({
      image: { channels },
      latent,
      version: '2.0',
      quality: 1,
      context: { file: 'context.bin' },
      training: { loss: 'bits + lambda · squared error', rate: { lambdas: [5, 15], context: { radius } } },
    });
    const { steps } = manifest.quantizer as { steps: number[][] };
    expect(steps.map((own) => own.length)).toEqual([latent.channels, latent.channels]);
    expect(await readFile(join(out(preset), 'bundle', 'encoder.onnx'), 'latin1')).toContain('/int8');
    expect(await settings(preset)).toMatchObject({
      schedule: 'cosine',
      rate: { lambdas: [5, 15], context: { radius } },
    });
  });

  it('encodes and decodes with both priors: the same symbols, the same images', async () => {
    for (const quality of [0, 1]) await expectSymbols(codec, sliceBatch(test, 3, 4), quality);
  });

  it('takes as many bytes as training estimated', async () => {
    const lines = (await readFile(join(out(preset), 'epochs.jsonl'), 'utf8')).trimEnd().split('\n');
    const { exportedEpoch } = manifest.training as { exportedEpoch: number };
    const points = JSON.parse(lines[exportedEpoch - 1]!).rate.validation as {
      psnr: number;
      contextBytes: number;
    }[];
    for (const { quality, validationBytesPerImage, validationPsnr } of manifest.rates!) {
      const point = points[quality]!;
      // Of thirty images: the container's own bytes and the rounded weights' latents are in one figure, not the other.
      // Symbols of channels that are not coded, nearly always 0, are in the estimate alone, at a part of a bit each.
      const steps = (manifest.quantizer as { steps: number[][] }).steps[quality]!;
      const idle = steps.filter((step) => step === 0).length * latent.height * latent.width;
      expect(validationBytesPerImage).toBeGreaterThan(0.95 * point.contextBytes - 0.5 - IDLE_BYTES * idle);
      expect(validationBytesPerImage).toBeLessThan(1.05 * point.contextBytes + 2.5);
      expect(Math.abs(validationPsnr! - point.psnr)).toBeLessThan(0.1);
    }
  });

  it('costs fewer bytes at coarser qualities, under both priors', async () => {
    for (const prior of ['context', 'factorized'] as const) {
      const [coarse, fine] = await containerBytes(codec, test, prior);
      expect(coarse).toBeLessThan(fine!);
    }
  });

  it('exports again from the run folder, in float32 where asked to', async () => {
    const before = await readFile(join(out(preset), 'bundle', 'context.bin'));
    const int8Bytes = manifest.encoder.bytes + manifest.decoder.bytes;
    await command('export', out(preset));
    expect(await readFile(join(out(preset), 'bundle', 'context.bin'))).toEqual(before);
    await command('export', out(preset), '--weights', 'float32');
    const { encoder, decoder } = JSON.parse(
      await readFile(join(out(preset), 'bundle', 'manifest.json'), 'utf8'),
    );
    expect(encoder.bytes + decoder.bytes).toBeGreaterThan(2.5 * int8Bytes);
  });
});

describe('convae-train train for rates', () => {
  let tiny: string[];
  beforeAll(() => {
    tiny = [...data('grey'), '--epochs', '2', '--batch', '60'];
  });

  it('takes a named recipe, of which other flags change what they name', async () => {
    await command('train', ...tiny, '--recipe', 'rate-medium', '--lambda', '7', '--out', out('named'));
    const recorded = await settings('named');
    expect(recorded).toMatchObject({
      epochs: 2,
      batch: 60,
      learningRate: 2e-3,
      schedule: 'cosine',
      architecture: { name: 'patch-4-small' },
      rate: {
        lambdas: [7],
        context: { radius: 2, hidden1: 64, hidden2: 32 },
      },
    });
  });

  it('goes on with a run under its own settings, and refuses others', async () => {
    const named = ['--recipe', 'rate-medium', '--lambda', '7'];
    const train = (...args: string[]): Promise<void> =>
      command('train', '--resume', '--out', out('named'), ...args);
    await train();
    await train(...tiny, ...named);
    await expect(train('--epochs', '5')).rejects.toThrow(
      /laid out for its number of epochs \(epochs 2 there, 5 now\)/,
    );
    await expect(train('--lambda', '9')).rejects.toThrow(
      /other settings.*rate .*lambdas.:.7.* there, .*lambdas.:.9.* now/,
    );
    await expect(train('--no-context')).rejects.toThrow(/other settings.*rate/);
    // 120 images are two steps of that recipe's batch, and it takes 6,000.
    await expect(train('--recipe', 'rate-low')).rejects.toThrow(
      /other settings.*architecture.*epochs 2 there, 3000 now/,
    );
    await expect(command('train', ...tiny, ...named, '--seed', '2', '--out', out('named'))).rejects.toThrow(
      /seed/,
    );
  });

  it('trains the factorized prior alone with --no-context, and keeps to that on --resume', async () => {
    const args = ['--lambda', '15', '--preset', 'grid-4', '--no-context', '--out', out('alone')];
    await command('run', ...tiny, ...args);
    expect(await readdir(join(out('alone'), 'bundle'))).not.toContain('context.bin');
    expect((await settings('alone')).rate).toMatchObject({ context: null });
    await command('train', '--resume', '--out', out('alone'));
    await expect(
      command('train', '--resume', '--lambda', '15', '--out', out('alone')),
    ).resolves.toBeUndefined();
  });

  it.each<[string[], RegExp]>([
    [['--lambda', '0'], /ascending numbers above 0/],
    [['--lambda', 'much'], /expected a number/],
    [['--lambda', '8,,9'], /expected a number/],
    [['--lambda', '9,8'], /ascending numbers above 0/],
    [
      ['--preset', 'grid-4', '--no-context'],
      /expected --lambda or --recipe beside --no-context, received neither/,
    ],
    [
      ['--recipe', 'rate-huge'],
      /Allowed choices are rate-fast, placeholder, rate-low, rate-medium, rate-high, rate-texture, rate-photo, lossless, lossless-fast/,
    ],
    [['--schedule', 'linear'], /Allowed choices are constant, cosine/],
  ])('%j gives one message and writes nothing', async (args, message) => {
    await expect(command('train', ...tiny, ...args, '--out', out('never'))).rejects.toThrow(message);
    expect(await readdir(root)).not.toContain('never');
  });

  it.each(['dense-64', 'grid-4'])(
    'names the sizes that %s takes where images have another',
    async (preset) => {
      const args = [...data('odd'), '--lambda', '5', '--preset', preset, '--epochs', '1'];
      await expect(command('train', ...args, '--out', out('never'))).rejects.toThrow(
        /image height that is a multiple of 4 .*received 10; nearest valid: 8 or 12; --fit pad, crop or resize/,
      );
      await command('train', ...args, '--fit', 'pad', '--out', out(`fitted-${preset}`));
      expect(await settings(`fitted-${preset}`)).toMatchObject({
        architecture: { image: { height: 12, width: 12 } },
      });
    },
  );
});
