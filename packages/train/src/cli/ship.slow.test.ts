import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluateBundle, type Metrics } from '../evaluation/index.js';
import { presetSpec } from '../model/presets.js';
import { tinyImages, tinyRun } from '../testing/tiny-run.js';
import { addCommands } from './commands.js';

let root: string;
let run: string;
let metrics: Metrics;
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  root = await mkdtemp(join(tmpdir(), 'convae-ship-'));
  const images = tinyImages({ count: 10, height: 8, width: 8, channels: 1, labelled: false });
  const options = await tinyRun(presetSpec('reference', { channels: 1, height: 8, width: 8 }), images);
  run = options.runDir;
  metrics = await evaluateBundle(options);
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const folder of [root, run]) await rm(folder, { recursive: true, force: true });
});

async function ship(output: string, ...flags: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  await program.parseAsync(['ship', run, '-o', output, ...flags], { from: 'user' });
}

/** What is below a folder, sorted. */
const namesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).sort();

const writeMetrics = (content: unknown): Promise<void> =>
  writeFile(join(run, 'metrics.json'), JSON.stringify(content));

describe('convae-train ship', () => {
  it('writes a bundle that loads, its pictures and its card', async () => {
    const output = join(root, 'shipped');
    await ship(output);
    const codec = await loadCodec(output);
    expect(codec.manifest.name).toBe('tiny-reference');
    await codec.dispose();
    const files = metrics.bundle.files.map(({ file }) => file);
    expect(await namesBelow(output)).toEqual([...files, 'README.md', 'comparison.png', 'loss.png'].sort());
  });

  it('says the minutes of training, and shows no images where they may not be shown', async () => {
    const output = join(root, 'without');
    await ship(output, '--no-images');
    expect(await namesBelow(output)).not.toContain('comparison.png');
    const card = await readFile(join(output, 'README.md'), 'utf8');
    expect(card).toMatch(/\| minutes of training \| \d+\.\d \|/);
    expect(card).not.toContain('comparison.png');
  });

  it('writes a package of a run, and the same of what was shipped', async () => {
    const [shipped, ofRun, ofShipped] = ['bundle', 'package', 'again'].map((name) => join(root, name));
    await ship(shipped!);
    await ship(ofRun!, '--npm', '@me/tiny@2.0.0');
    const program = new Command('convae-train').exitOverride();
    addCommands(program, []);
    const flags = ['-o', ofShipped!, '--npm', '@me/tiny@2.0.0'];
    await program.parseAsync(['ship', shipped!, ...flags], { from: 'user' });
    expect(await namesBelow(ofShipped!)).toEqual(await namesBelow(ofRun!));
    for (const name of ['tiny.convae', 'index.js', 'package.json'])
      expect(await readFile(join(ofShipped!, name))).toEqual(await readFile(join(ofRun!, name)));
    await using codec = await loadCodec(join(ofRun!, 'tiny.convae'));
    expect(codec.manifest.name).toBe('tiny-reference');
  });

  it.each([
    ['one above', '../secret.txt'],
    ['two above', '../../secret.txt'],
    ['absolute', '/etc/hostname'],
    ['with the separator of Windows', '..\\secret.txt'],
    ['hidden', '.secret'],
    ['empty', ''],
  ])('copies nothing where metrics.json names a file that is %s', async (_, file) => {
    const place = await mkdtemp(join(root, 'place-'));
    await mkdir(join(place, 'models'));
    await writeFile(join(run, 'secret.txt'), 'of the run');
    await writeFile(join(place, 'secret.txt'), 'of somebody else');
    const { bundle } = metrics;
    await writeMetrics({ ...metrics, bundle: { ...bundle, files: [...bundle.files, { file, bytes: 1 }] } });
    await expect(ship(join(place, 'models', 'shipped'))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('bundle.files'),
    });
    expect(await namesBelow(place)).toEqual(['models', 'secret.txt']);
    expect(await readFile(join(place, 'secret.txt'), 'utf8')).toBe('of somebody else');
  });
});
