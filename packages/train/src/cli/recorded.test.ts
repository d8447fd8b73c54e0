import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeIdxImages } from '../dataset/idx-file.js';
import { loadCheckpoint, saveCheckpoint } from '../training/checkpoint.js';
import { addCommands } from './commands.js';

let root: string;
let run: string;
let flags: string[];
let recorded: { settings: Record<string, unknown> };
const path = () => join(run, 'run.json');

async function command(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  await program.parseAsync(args, { from: 'user' });
}

const record = (settings: object): Promise<void> =>
  writeFile(path(), JSON.stringify({ ...recorded, settings: { ...recorded.settings, ...settings } }));

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  root = await mkdtemp(join(tmpdir(), 'convae-recorded-'));
  run = join(root, 'run');
  const data = Uint8Array.from({ length: 20 * 64 }, (_, i) => (i * 37) % 256);
  await writeIdxImages(join(root, 'train-images'), { data, count: 20, height: 8, width: 8, channels: 1 });
  const tiny = ['--preset', 'reference', '--epochs', '1', '--backend', 'cpu'];
  flags = ['--data', `idx:${root}`, '--validation', '4', ...tiny, '--out', run];
  await command('train', ...flags);
  recorded = JSON.parse(await readFile(path(), 'utf8'));
});
afterEach(() => record({}));
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});

/** Writes the run's files as they were when the reference network was called "seed". */
async function nameAsOfOld(): Promise<void> {
  await record({ architecture: { ...(recorded.settings.architecture as object), name: 'seed' } });
  for (const file of ['last.json', 'best.json']) {
    const checkpoint = await loadCheckpoint(join(run, 'checkpoints', file));
    const spec = { ...checkpoint.spec, name: 'seed' };
    await saveCheckpoint(join(run, 'checkpoints', file), { ...checkpoint, spec });
  }
}

describe('a run of the reference network under its old name', () => {
  it.each([[[]], [['--resume']]])('goes on, with %j', async (further) => {
    await nameAsOfOld();
    await command('train', ...flags, ...further);
    expect(JSON.parse(await readFile(path(), 'utf8')).settings.architecture.name).toBe('reference');
  });

  it('is exported and measured', async () => {
    await nameAsOfOld();
    await command('export', run);
    await command('evaluate', run);
    const metrics = JSON.parse(await readFile(join(run, 'metrics.json'), 'utf8'));
    expect(metrics.model.name).toBe('reference');
  });
});

describe('run.json', () => {
  it('says which images and which recipe: it neither starts the run anew nor writes elsewhere', async () => {
    const elsewhere = join(root, 'elsewhere');
    await record({ out: elsewhere, tensorboard: elsewhere, force: true });
    const before = await readFile(join(run, 'checkpoints', 'last.json'), 'utf8');
    await expect(command('train', '--resume', '--out', run)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('other settings'),
    });
    expect(await readdir(root)).not.toContain('elsewhere');
    expect(await readFile(join(run, 'checkpoints', 'last.json'), 'utf8')).toBe(before);
  });

  it.each([
    [{ data: 5 }, /run\.json: .*data/s],
    [{ validation: 'some' }, /run\.json: .*validation/s],
    [{ size: { height: 0, width: 8 } }, /run\.json: .*size\.height/s],
    [{ backend: 'gpu' }, /run\.json: .*backend/s],
    [{ epochs: 'many' }, /run\.json: expected a valid epochs/],
  ])('with %j is refused, not trusted', async (settings, message) => {
    await record(settings);
    const expected = { code: 'DATA_INVALID', message: expect.stringMatching(message) };
    await expect(command('train', '--resume', '--out', run)).rejects.toMatchObject(expected);
    await expect(command('evaluate', run)).rejects.toMatchObject(expected);
  });
});
