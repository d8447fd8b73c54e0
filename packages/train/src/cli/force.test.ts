import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeIdxImages } from '../dataset/idx-file.js';
import type { Evaluation } from '../evaluation/index.js';
import { addCommands } from './commands.js';

/** What evaluating writes into the folder of a run, and a further evaluation. */
const MEASURED = [
  'comparison.png',
  'examples.json',
  'further.json',
  'loss.png',
  'metrics.json',
  'report.html',
];
const FURTHER: Evaluation = { name: 'further', files: ['further.json'], addCommand: () => undefined };
/** What somebody else put there, under names that look like ours. */
const FOREIGN = ['features.json', 'features-notes.txt', 'features.csv', 'metrics.json.bak', 'train.log'];

let root: string;
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  root = await mkdtemp(join(tmpdir(), 'convae-force-'));
  const data = Uint8Array.from({ length: 20 * 64 }, (_, i) => (i * 37) % 256);
  for (const name of ['train-images', 't10k-images'])
    await writeIdxImages(join(root, name), { data, count: 20, height: 8, width: 8, channels: 1 });
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});

async function train(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, [FURTHER]);
  const data = ['--data', `idx:${root}`, '--validation', '4'];
  const tiny = ['--preset', 'reference', '--epochs', '1', '--backend', 'cpu'];
  await program.parseAsync(['train', ...data, ...tiny, ...args], { from: 'user' });
}

describe('convae-train --force', () => {
  it('removes every file that convae wrote about the earlier run, and nothing else', async () => {
    const run = join(root, 'run');
    await train('--out', run);
    const trained = (await readdir(run)).sort();
    for (const name of [...MEASURED, ...FOREIGN]) await writeFile(join(run, name), 'of the earlier run');
    await mkdir(join(run, 'bundle'));
    await train('--out', run, '--seed', '2', '--force');
    expect((await readdir(run)).sort()).toEqual([...trained, ...FOREIGN].sort());
    expect(JSON.parse(await readFile(join(run, 'run.json'), 'utf8')).settings.seed).toBe(2);
  });

  it('removes nothing where the folder holds no run', async () => {
    const folder = join(root, 'no-run');
    await mkdir(folder);
    await writeFile(join(folder, 'features.json'), 'of a bundle that was measured into this folder');
    await train('--out', folder, '--force');
    expect(await readdir(folder)).toContain('features.json');
  });
});
