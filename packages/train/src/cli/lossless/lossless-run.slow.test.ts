import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec, writeImageFile } from '@convae/runtime';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeIdxImages } from '../../dataset/idx-file.js';
import { tinyImages } from '../../testing/tiny-run.js';
import { discs } from '../../training/rate/discs.test.support.js';
import { addCommands } from '../commands.js';

let root: string;
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  root = await mkdtemp(join(tmpdir(), 'convae-lossless-run-'));
  await mkdir(join(root, 'discs'));
  await writeIdxImages(join(root, 'discs', 'train-images'), discs(60, 1));
  await writeIdxImages(join(root, 'discs', 't10k-images'), discs(20, 2));
  await writePictures();
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});

/** RGBA pictures of several sizes. */
async function writePictures(): Promise<void> {
  await mkdir(join(root, 'pictures'));
  for (let i = 0; i < 14; i++) {
    const [height, width] = [16 + (i % 3), 17 + (i % 2)];
    const picture = tinyImages({ count: 1, height, width, channels: 4, labelled: false });
    await writeImageFile(join(root, 'pictures', `${i}.png`), picture, 0);
  }
}

/** Runs a command in this process. */
async function command(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  for (const sub of program.commands) sub.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' });
}

const read = async (...path: string[]) => JSON.parse(await readFile(join(root, ...path), 'utf8'));

describe('convae-train run --recipe lossless-fast', () => {
  it('trains, exports, measures and ships a bundle that gives every value back', async () => {
    const [run, shipped] = [join(root, 'run'), join(root, 'models', 'discs')];
    const flags = ['--data', `idx:${join(root, 'discs')}`, '--epochs', '2', '--batch', '20'];
    await command('run', '--recipe', 'lossless-fast', ...flags, '--out', run);
    const metrics = await read('run', 'metrics.json');
    expect(metrics).toMatchObject({ kind: 'lossless', dataset: { images: 20, height: 12, width: 12 } });
    const files = await readdir(run);
    expect(files.filter((name) => /html|png/.test(name)).sort()).toEqual(['bits.png', 'report.html']);
    const codec = await loadCodec(join(run, 'bundle'));
    expect(codec.lossless).toBe(true);
    const image = discs(1, 5);
    const stream = await codec.encode(image);
    expect(Buffer.compare((await codec.decode(stream)).data, image.data)).toBe(0);
    await codec.dispose();
    await command('ship', run, '-o', shipped);
    const card = await readFile(join(shipped, 'README.md'), 'utf8');
    expect(card).toContain(`| bits per pixel (container) | ${metrics.bytes.bitsPerPixel.toFixed(3)} |`);
    expect(await readdir(shipped)).toContain('bits.png');
  }, 240_000);

  it('goes on with --resume without being told what it trains, and exports it anew', async () => {
    const run = join(root, 'parts');
    const flags = ['--data', `idx:${join(root, 'discs')}`, '--epochs', '1', '--batch', '20'];
    await command('train', '--recipe', 'lossless-fast', ...flags, '--out', run);
    const before = await readFile(join(run, 'epochs.jsonl'), 'utf8');
    await command('train', '--out', run, '--resume');
    expect(await readFile(join(run, 'epochs.jsonl'), 'utf8')).toBe(before);
    await command('export', run);
    expect(await read('parts', 'bundle', 'manifest.json')).toMatchObject({ kind: 'lossless' });
    await command('evaluate', run);
    expect(await read('parts', 'metrics.json')).toMatchObject({ kind: 'lossless' });
  });

  it('takes crops of pictures of many sizes, whose places are all alike', async () => {
    const run = join(root, 'crops');
    await command(
      'run',
      '--recipe',
      'lossless-fast',
      '--data',
      `images:${join(root, 'pictures')}`,
      '--epochs',
      '1',
      '--out',
      run,
    );
    const metrics = await read('crops', 'metrics.json');
    expect(metrics).toMatchObject({
      dataset: { channels: 4 },
      network: { gridHeight: 1, gridWidth: 1 },
      pictures: { measured: expect.any(Number) },
    });
  });

  it.each([['--lambda', '5'], ['--preset', 'patch-4'], ['--psnr', '30'], ['--no-context'], ['--optimize']])(
    'refuses %s, which says nothing of it',
    async (...flags) => {
      const out = join(root, 'refused');
      await expect(command('run', '--recipe', 'lossless', ...flags, '--out', out)).rejects.toThrow(
        `expected no ${flags[0]} for a lossless recipe`,
      );
    },
  );
});
