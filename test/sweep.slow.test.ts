import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeIdxImages } from '@convae/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { executeRuns } from '../packages/lab/src/sweep/execute.js';
import { parseSweep } from '../packages/lab/src/sweep/file.js';
import { runsOf } from '../packages/lab/src/sweep/runs.js';
import { variantsOf } from '../packages/lab/src/sweep/variants.js';
import { finished, run, start } from './command.js';

/** Each test starts the command several times, which takes long on a busy machine. */
const TIMEOUT = 300_000;

let root: string;

/** Seeded noise in the left half: enough to train on. No test images: a sweep does not read any. */
function images(count: number) {
  const data = new Uint8Array(count * 64);
  for (let i = 0, state = 5; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = i % 8 < 4 ? state >>> 24 : 0;
  }
  return { data, count, height: 8, width: 8, channels: 1 };
}

const sweepOf = (epochs: number) => ({
  base: {
    data: `idx:${join(root, 'data')}`,
    validation: 30,
    backend: 'cpu',
    architecture: {
      encoder: [{ kind: 'conv', filters: 2, kernel: 3, activation: 'relu', pool: 2 }],
      decoder: [{ kind: 'transpose', filters: 1, kernel: 2, stride: 2, activation: 'sigmoid' }],
    },
    recipe: { epochs, batch: 30 },
  },
  grid: { 'architecture.encoder.-1.filters': [2, 3] },
  seeds: [1],
});

async function sweepFile(epochs: number): Promise<string> {
  const path = join(root, `sweep-${epochs}.json`);
  await writeFile(path, JSON.stringify(sweepOf(epochs)));
  return path;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-sweep-'));
  await mkdir(join(root, 'data'));
  await writeIdxImages(join(root, 'data', 'train-images'), images(90));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

/** Waits until some run of a sweep has an epoch behind it. */
async function someEpoch(folder: string): Promise<string> {
  while (true) {
    for (const name of await readdir(join(folder, 'runs')).catch(() => [])) {
      const log = await readFile(join(folder, 'runs', name, 'epochs.jsonl'), 'utf8').catch(() => '');
      if (log.includes('\n')) return name;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('a sweep that is killed goes on, and finished runs are not repeated', { timeout: TIMEOUT }, async () => {
  const out = join(root, 'out');
  const args = ['sweep', await sweepFile(15), '--out', out, '--jobs', '2'];
  const killed = start('convae-train', args);
  const ended = finished(killed);
  const begun = await someEpoch(out);
  killed.kill('SIGKILL');
  await ended;

  const second = await run('convae-train', args);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toMatch(/going on after epoch \d+/);
  const results = await json(join(out, 'results.json'));
  expect(results.runs).toHaveLength(2);
  expect(results.runs[0].epochs).toBe(15);
  expect((await json(join(out, 'best', 'manifest.json'))).metrics.validationPsnr).toBeCloseTo(
    results.best.validationPsnr,
    6,
  );
  expect((await readFile(join(out, 'results.csv'), 'utf8')).split('\r\n')).toHaveLength(4);
  expect(await readdir(out)).toEqual(expect.arrayContaining(['pareto-parameters.svg', 'pareto-bytes.png']));

  const log = join(out, 'runs', begun, 'train.log');
  const { mtimeMs } = await stat(log);
  const third = await run('convae-train', args);
  expect(third.code).toBe(0);
  expect((await stat(log)).mtimeMs).toBe(mtimeMs);
  expect((await json(join(out, 'results.json'))).runs).toEqual(results.runs);
});

it('a run that fails is reported, and the rest goes on', { timeout: TIMEOUT }, async () => {
  const out = join(root, 'failing');
  const args = ['sweep', await sweepFile(2), '--out', out, '--jobs', '1'];
  const file = sweepOf(2);
  await writeFile(args[1]!, JSON.stringify({ ...file, grid: { 'recipe.learningRate': [10, 0.001] } }));
  const first = await run('convae-train', args);
  expect(first.code, first.stderr).toBe(0);
  const [broken] = (await json(join(out, 'results.json'))).runs;
  const folder = join(out, 'runs', broken.name);
  await rm(join(folder, 'sweep-run.json'));
  await writeFile(join(folder, 'run.json'), '{}');
  const second = await run('convae-train', args);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`${folder} failed: expected a convae-run of version 1`);
  const results = await json(join(out, 'results.json'));
  expect(results.failed).toHaveLength(1);
  expect(results.runs).toHaveLength(1);
});

it('a failure while it watches ends its processes and comes out', { timeout: TIMEOUT }, async () => {
  const sweep = parseSweep(sweepOf(100_000), 'sweep.json');
  const { variants } = variantsOf(sweep, { channels: 1, height: 8, width: 8 });
  const runs = runsOf(sweep, variants, join(root, 'watched'));
  const defect = new TypeError('table is not a function');
  const watched = executeRuns({
    runs,
    jobs: 2,
    script: fileURLToPath(new URL('../packages/train/dist/cli/main.js', import.meta.url)),
    createdBy: 'test',
    signal: new AbortController().signal,
    onChange: (_, { epoch }) => {
      if (epoch > 0) throw defect;
    },
  });
  await expect(watched).rejects.toBe(defect);
  const logs = () => Promise.all(runs.map(({ paths }) => readFile(paths.epochs, 'utf8').catch(() => '')));
  const left = await logs();
  expect(left.join('')).toContain('"epoch":1');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await logs()).toEqual(left);
});
