import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadBackend, type Tf } from '../../setup/backend.js';
import { loadCheckpoint } from '../checkpoint.js';
import type { EpochRecord } from '../history.js';
import type { RecipeInput } from '../recipe.js';
import { runPaths } from '../run-folder.js';
import { stopBefore, trainDiscs } from './discs.test.support.js';
import { reachedBy } from './rate-measure.js';
import { excessOf, isOnTarget, type RateTarget } from './target.js';

let tf: Tf;
let folder: string;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-steering-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const recipeFor = (target: RateTarget | null, epochs = 60): RecipeInput => ({
  epochs,
  batch: 10,
  learningRate: 5e-3,
  schedule: 'cosine',
  rate: { lambdas: [10, 20, 40], target, context: { radius: 1, hidden1: 8, hidden2: 6 } },
});

const paths = (name: string) => runPaths(join(folder, name));
const objective = ({ rate }: EpochRecord) =>
  rate!.validation.reduce((sum, point) => sum + Math.log(point.objective), 0);
const reached = ({ rate }: EpochRecord) => reachedBy(rate!.validation[1]!);

describe('training with a target', () => {
  it('ends near it in the middle, wherever lambdas started', async () => {
    const free = await trainDiscs(recipeFor(null), { tf, paths: paths('free') });
    const { psnr, bytes } = reached(free.history.at(-1)!);
    for (const target of [{ psnr: psnr - 3 }, { psnr: psnr + 1.5 }, { bytes: 0.7 * bytes }]) {
      const { history, bestEpoch } = await trainDiscs(recipeFor(target), {
        tf,
        paths: paths(JSON.stringify(target)),
      });
      const end = history[bestEpoch - 1]!;
      expect(isOnTarget(target, reached(free.history.at(-1)!))).toBe(false);
      expect(Math.abs(excessOf(target, reached(end)))).toBeLessThan('psnr' in target ? 0.3 : 0.05);
      // The best is that of the epochs under the last lambdas.
      const alike = history.filter(({ rate }) => rate!.octaves === history.at(-1)!.rate!.octaves);
      expect(alike).toContain(end);
      expect(objective(end)).toBe(Math.min(...alike.map(objective)));
      expect(end.rate!.octaves).not.toBe(0);
      expect(end.rate!.validation.map(({ lambda }) => lambda / 2 ** end.rate!.octaves)).toEqual([
        expect.closeTo(10, 6),
        expect.closeTo(20, 6),
        expect.closeTo(40, 6),
      ]);
    }
  }, 600_000);

  it('resumed after a stop in any phase ends as without it', async () => {
    const recipe = recipeFor({ psnr: 24 }, 4);
    await trainDiscs(recipe, { tf, paths: paths('whole') });
    const whole = await loadCheckpoint(paths('whole').last);
    expect(whole.octaves).not.toBe(0);
    for (const step of [3, 10, 22]) {
      const there = paths(`stopped-${step}`);
      await trainDiscs(recipe, { tf, paths: there, ...stopBefore(step) });
      await trainDiscs(recipe, { tf, paths: there, resume: true });
      const resumed = await loadCheckpoint(there.last);
      for (const name of ['octaves', 'parameters', 'adam', 'best'] as const)
        expect(resumed[name]).toEqual(whole[name]);
    }
  });

  it('compares validation images with as many training images', async () => {
    const { history } = await trainDiscs(recipeFor(null, 2), { tf, paths: paths('compared') });
    const { training, validation, octaves } = history.at(-1)!.rate!;
    expect(octaves).toBe(0);
    expect(training).toHaveLength(validation.length);
    for (const [i, point] of training.entries()) {
      expect(point).not.toEqual(validation[i]);
      expect(Math.abs(point.psnr - validation[i]!.psnr)).toBeLessThan(2);
    }
  });
});
