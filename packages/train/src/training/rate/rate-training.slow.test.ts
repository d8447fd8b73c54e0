import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSpec } from '../../model/parse.js';
import { loadBackend, type Tf } from '../../setup/backend.js';
import { type Checkpoint, loadCheckpoint } from '../checkpoint.js';
import { checkSameRun, parseRecipe, type RecipeInput } from '../recipe.js';
import { runPaths } from '../run-folder.js';
import { initialTrained, trainedShapes } from '../trained-parameters.js';
import type { TrainingOptions, TrainingResult } from '../trainer.js';
import { DISCS, discs, stopBefore, trainDiscs } from './discs.test.support.js';
import { VECTOR } from './tiny-rate.test.support.js';
import { trainedCoding } from './trained-coding.js';

let tf: Tf;
let folder: string;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-rate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Six steps an epoch. */
const recipe: RecipeInput = {
  epochs: 4,
  batch: 10,
  learningRate: 5e-3,
  rate: { lambdas: [9, 20], context: { radius: 1, hidden1: 8, hidden2: 6 } },
};

const train = (
  input: RecipeInput = recipe,
  more: Partial<TrainingOptions> = {},
  where = folder,
): Promise<TrainingResult> => trainDiscs(input, { tf, paths: runPaths(where), ...more });

const last = (where = folder): Promise<Checkpoint> => loadCheckpoint(runPaths(where).last);

describe('training for rate and distortion', () => {
  it('lowers its objective at every step trained for, and says rate and distortion of each epoch', async () => {
    const { history, stopped } = await train({ ...recipe, batch: 4, epochs: 5 });
    expect(stopped).toBe('epochs');
    const [first, final] = [history[0]!.rate!, history.at(-1)!.rate!];
    expect(final.validation.map(({ lambda }) => lambda)).toEqual([9, 20]);
    for (const [i, point] of final.validation.entries()) {
      expect(point.objective).toBeLessThan(0.8 * first.validation[i]!.objective);
      expect(point.contextBytes).toBeLessThan(first.validation[i]!.contextBytes!);
    }
    expect(history.map(({ rate }) => rate!.contextBytes === null)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    // From a fifth of the run on: one epoch of five.
    const [coarse, fine] = final.validation;
    expect(fine!.psnr).toBeGreaterThan(coarse!.psnr);
    expect(fine!.factorizedBytes).toBeGreaterThan(coarse!.factorizedBytes);
    expect(history.at(-1)!.validationPsnr).toBeCloseTo(fine!.psnr, 9);
  });

  it('says the bytes of the context network for whole epochs only', async () => {
    const late = { ...recipe, epochs: 3, rate: { ...recipe.rate!, contextFrom: 0.5 } };
    const { history } = await train(late);
    expect(history.map(({ rate }) => rate!.contextBytes === null)).toEqual([true, true, false]);
    const { contextBytes, validation } = history[2]!.rate!;
    expect(contextBytes! / validation[0]!.contextBytes!).toBeGreaterThan(0.6);
  });

  it('chooses the weights with the lowest mean objective on validation images', async () => {
    const { history, bestEpoch, parameters } = await train({ ...recipe, learningRate: 0.05 });
    const means = history.map(({ rate }) => rate!.validation.reduce((sum, p) => sum + p.objective, 0) / 2);
    expect(bestEpoch).toBe(means.indexOf(Math.min(...means)) + 1);
    expect(parameters).toEqual((await loadCheckpoint(runPaths(folder).best)).parameters);
  });

  it('resumed after a stop in any phase ends with the same weights as without it', async () => {
    await train();
    const whole = await last();
    const rates = ({ history }: Checkpoint) => history.map(({ rate }) => rate);
    // Without contexts, between two epochs, on rounded latents, while tuning.
    for (const step of [3, 12, 15, 22]) {
      const other = join(folder, `stopped-${step}`);
      expect((await train(recipe, stopBefore(step), other)).stopped).toBe('signal');
      const stopped = await last(other);
      expect(stopped.position).toMatchObject({ epoch: 1 + Math.floor(step / 6), batch: step % 6 });
      await train(recipe, { resume: true }, other);
      const resumed = await last(other);
      for (const name of ['parameters', 'adam', 'best'] as const) expect(resumed[name]).toEqual(whole[name]);
      expect(rates(resumed)).toEqual(rates(whole));
    }
  });

  it('gives other weights for another seed', async () => {
    const one = { ...recipe, epochs: 1 };
    const [a, b] = [await train(one), await train({ ...one, seed: 2 })];
    expect(a.parameters).not.toEqual(b.parameters);
  });

  it('tunes with the encoder at rest', async () => {
    const tuned = { ...recipe, epochs: 2, rate: { ...recipe.rate!, tuneFrom: 0.5 } };
    await train(tuned, stopBefore(7));
    const before = await last();
    await train(tuned, { resume: true });
    const after = await last();
    const shapes = trainedShapes(after.spec, after.recipe);
    const moved = shapes.filter((_, i) =>
      before.parameters[i]!.some((v, j) => v !== after.parameters[i]![j]),
    );
    expect(moved.map(({ name }) => name)).toEqual(
      shapes.map(({ name }) => name).filter((name) => !/^(encoder|gains|offsets)/.test(name)),
    );
  });

  it('works for vectors, without contexts, and without validation images', async () => {
    const rate = { lambdas: [20], context: null };
    const none = { ...DISCS, validation: { ...discs(1, 1), count: 0, data: new Uint8Array(0) } };
    const { history } = await train({ ...recipe, rate }, { spec: parseSpec(VECTOR), dataset: none });
    expect(history.at(-1)).toMatchObject({
      validationMse: null,
      rate: { contextBytes: null, validation: [] },
    });
    expect(history.at(-1)!.rate!.factorizedBytes).toBeLessThan(history[0]!.rate!.factorizedBytes);
    const run = await last();
    expect(trainedCoding(run)).toMatchObject({ quality: 0, context: undefined });
  });

  it('learns a step for each quality and channel, smaller ones for more distortion', async () => {
    await train();
    const { steps, quality } = trainedCoding(await last())!;
    expect(quality).toBe(1);
    expect(steps.map((own) => own.length)).toEqual([3, 3]);
    for (const [channel, coarse] of steps[0]!.entries()) expect(coarse).toBeGreaterThan(steps[1]![channel]!);
    expect(new Set(steps[1]).size).toBe(3);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await train({ ...recipe, epochs: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a checkpoint with priors', () => {
  it('holds the weights of the priors behind those of the network', async () => {
    await train();
    const { spec, recipe: kept, parameters, adam } = await last();
    expect(kept).toEqual(parseRecipe(recipe));
    const start = initialTrained(spec, kept, { seed: 1, meanPixel: 0.3 });
    expect(parameters.map(({ length }) => length)).toEqual(start.map(({ length }) => length));
    for (const [i, { name }] of trainedShapes(spec, kept).entries()) {
      if (name.startsWith('prior')) expect(parameters[i]).not.toEqual(start[i]);
      expect(adam.second[i]!.some((value) => value > 0)).toBe(name !== 'offsets');
    }
  });

  it('of a run that was started before rates were trained still loads', async () => {
    await train({ epochs: 1 });
    const path = runPaths(folder).last;
    const now = await last();
    const body = JSON.parse((await readFile(path, 'utf8')).split('\n')[1]!);
    for (const name of ['rate', 'schedule']) delete body.recipe[name];
    for (const name of ['factorizedBits', 'contextBits']) delete body.position[name];
    // What the objective was called then.
    body.best = { epoch: body.best.epoch, mse: body.best.objective };
    const text = JSON.stringify(body);
    await writeFile(path, `${createHash('sha256').update(text).digest('hex')}\n${text}\n`);
    expect(await last()).toEqual(now);
  });

  it('is refused where it lacks the priors that its recipe has', async () => {
    await train({ epochs: 1 });
    const path = runPaths(folder).last;
    const body = JSON.parse((await readFile(path, 'utf8')).split('\n')[1]!);
    const text = JSON.stringify({ ...body, recipe: { ...body.recipe, rate: recipe.rate } });
    await writeFile(path, `${createHash('sha256').update(text).digest('hex')}\n${text}\n`);
    await expect(last()).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/expected 20 tensors, received 8/),
    });
  });
});

describe('a recipe for rate and distortion', () => {
  const settings = (input: RecipeInput): Record<string, unknown> =>
    JSON.parse(JSON.stringify({ data: 'mnist', ...parseRecipe(input) }));

  it('cannot be extended on resume: its schedule is laid out for its epochs', () => {
    for (const started of [recipe, { ...recipe, rate: null, schedule: 'cosine' as const }]) {
      const longer = { ...started, epochs: 9 };
      const check = () => checkSameRun(settings(started), settings(longer), 'runs/x');
      expect(check).toThrow(
        /whose schedule is laid out for its number of epochs \(epochs 4 there, 9 now\).*--force/,
      );
      expect(() => checkSameRun(settings(started), settings({ ...started, patience: 2 }), 'd')).not.toThrow();
    }
  });

  it('is compared with the defaults where a run was started before there were rates', () => {
    const { rate: _rate, schedule: _schedule, ...old } = settings({});
    expect(() => checkSameRun(old, settings({ epochs: 40 }), 'd')).not.toThrow();
    expect(() => checkSameRun(old, settings({ rate: { lambdas: [5] } }), 'd')).toThrow(
      /rate nothing there, .*lambda.*now/,
    );
  });

  it.each([
    [{ lambdas: [0] }, /rate.lambdas.0.*received 0/],
    [{ lambdas: [-3] }, /rate.lambdas.0.*received -3/],
    [{ lambdas: [3, 2] }, /rate.lambdas.*ascending.*received \[3,2\]/],
    [{ lambdas: [] }, /rate.lambdas.*received \[\]/],
    [{}, /rate.lambdas.*received undefined/],
    [{ lambdas: [5], context: { radius: 4 } }, /rate.context.radius.*received 4/],
    [{ lambdas: [5], tuneFrom: 2 }, /rate.tuneFrom.*received 2/],
    [{ lambdas: [5], multipliers: [8] }, /rate/],
  ])('%j is refused', (rate, message) => {
    expect(() => parseRecipe({ rate })).toThrow(RangeError);
    expect(() => parseRecipe({ rate })).toThrow(message);
  });
});
