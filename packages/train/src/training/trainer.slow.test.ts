import { constants } from 'node:buffer';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../dataset/random.js';
import type { Dataset, LabelledImages } from '../dataset/types.js';
import { presetSpec } from '../model/presets.js';
import type { ArchitectureSpec } from '../model/spec.js';
import { loadBackend, type Tf } from '../setup/backend.js';
import { loadCheckpoint, MAX_TRAINED_PARAMETERS, saveCheckpoint } from './checkpoint.js';
import { MAX_CHECKPOINT_BYTES } from './checkpoint-file.js';
import { isComplete } from './complete.js';
import { checkSameRun, parseRecipe, type Recipe } from './recipe.js';
import { runPaths, writeRunSettings } from './run-folder.js';
import { type TrainingOptions, type TrainingResult, trainNetwork } from './trainer.js';

let tf: Tf;
let folder: string;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-trainer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Smooth blobs: compressible, like real pictures. */
function blobs(count: number, seed: number, size = 12): LabelledImages {
  const random = createRandom(seed);
  const data = new Uint8Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const [cx, cy, r] = [random.uniform() * size, random.uniform() * size, 1 + random.uniform() * 3];
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        data[(n * size + y) * size + x] = 255 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (r * r));
  }
  return { data, count, height: size, width: size, channels: 1 };
}

const dataset: Dataset = {
  name: 'blobs',
  source: 'images:blobs',
  train: blobs(130, 1),
  validation: blobs(40, 2),
  loadTest: async () => blobs(10, 3),
  testIsValidation: false,
};
const spec = presetSpec('reference', { channels: 1, height: 12, width: 12 });

async function train(
  recipe: Partial<Recipe>,
  more: Partial<TrainingOptions> = {},
  where = folder,
): Promise<TrainingResult> {
  const paths = runPaths(where);
  await writeRunSettings(paths, {
    format: 'convae-run',
    version: 1,
    createdBy: 'test',
    command: 'test',
    settings: {},
  });
  return trainNetwork({
    tf,
    spec,
    recipe: parseRecipe({ epochs: 3, ...recipe }),
    dataset,
    paths,
    resume: false,
    ...more,
  });
}

const lines = async (): Promise<{ epoch: number; trainMse: number }[]> =>
  (await readFile(runPaths(folder).epochs, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Aborts after so many training steps' worth of progress reports. */
function stopAfter(reports: number): Pick<TrainingOptions, 'signal' | 'onProgress'> {
  const controller = new AbortController();
  let seen = 0;
  const onProgress = (): void => {
    seen++;
    if (seen === reports) controller.abort();
  };
  return { signal: controller.signal, onProgress };
}

describe('training', () => {
  it('lowers the error and logs one line per epoch', async () => {
    const { history, stopped } = await train({ epochs: 6, learningRate: 0.01 });
    expect(stopped).toBe('epochs');
    expect(history.at(-1)!.trainMse).toBeLessThan(0.7 * history[0]!.trainMse);
    const logged = await lines();
    expect(logged.map((l) => l.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(logged).toEqual(history);
  });

  it('returns the weights of the best epoch', async () => {
    const { history, bestEpoch, parameters } = await train({ epochs: 5, learningRate: 0.03 });
    const errors = history.map((r) => r.validationMse!);
    expect(bestEpoch).toBe(errors.indexOf(Math.min(...errors)) + 1);
    expect(parameters).toEqual((await loadCheckpoint(runPaths(folder).best)).parameters);
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const [a, b, c] = [await train({}), await train({}), await train({ seed: 2 })];
    expect(a.parameters).toEqual(b.parameters);
    expect(a.parameters).not.toEqual(c.parameters);
  });

  it('ends elsewhere with flipped images', async () => {
    expect((await train({ flips: true })).parameters).not.toEqual((await train({})).parameters);
  });

  it.each([
    { noise: 0, batch: 20, reports: 2, stoppedAt: { epoch: 3, batch: 0 } },
    { noise: 0.3, batch: 7, reports: 1, stoppedAt: { epoch: 1, batch: 16 } },
    { noise: 0.6, noiseFrom: 0.1, batch: 7, reports: 1, stoppedAt: { epoch: 1, batch: 16 } },
    { noise: 0, batch: 7, reports: 3, stoppedAt: { epoch: 2, batch: 16 } },
    { flips: true, batch: 7, reports: 3, stoppedAt: { epoch: 2, batch: 16 } },
  ])(
    'resumed after a stop ends with the same weights as without it: %o',
    async ({ reports, stoppedAt, ...recipe }) => {
      await train(recipe);
      const whole = await loadCheckpoint(runPaths(folder).last);
      const other = join(folder, 'stopped');
      const stopped = await train(recipe, stopAfter(reports), other);
      expect(stopped.stopped).toBe('signal');
      const halfway = await loadCheckpoint(runPaths(other).last);
      expect(halfway.position).toMatchObject(stoppedAt);
      expect([whole, halfway].map(isComplete)).toEqual([true, false]);
      const resumed = await train(recipe, { resume: true }, other);
      const last = await loadCheckpoint(runPaths(other).last);
      expect(last.parameters).toEqual(whole.parameters);
      expect(last.adam).toEqual(whole.adam);
      expect(last.best).toEqual(whole.best);
      expect(resumed.history.map((r) => r.trainMse)).toEqual(whole.history.map((r) => r.trainMse));
    },
  );

  it('resumed from the checkpoint of an earlier epoch, as after a kill, ends the same', async () => {
    await train({ epochs: 2 });
    const killed = await readFile(runPaths(folder).last);
    await train({ epochs: 4 }, { resume: true });
    const whole = await loadCheckpoint(runPaths(folder).last);
    await writeFile(runPaths(folder).last, killed);
    await writeFile(runPaths(folder).epochs, '{"epoch":1,"torn');
    await train({ epochs: 4 }, { resume: true });
    const again = await loadCheckpoint(runPaths(folder).last);
    expect(again.parameters).toEqual(whole.parameters);
    expect((await lines()).map((l) => l.epoch)).toEqual([1, 2, 3, 4]);
  });

  it('resumed when complete trains no further', async () => {
    const first = await train({});
    let steps = 0;
    const again = await train({}, { resume: true, onProgress: () => void steps++ });
    expect(steps).toBe(0);
    expect(again.parameters).toEqual(first.parameters);
  });

  it('stops when patience runs out', async () => {
    const { stopped, history, bestEpoch } = await train({ epochs: 60, learningRate: 0.3, patience: 2 });
    expect(stopped).toBe('patience');
    expect(history.length).toBe(bestEpoch + 2);
    expect(isComplete(await loadCheckpoint(runPaths(folder).last))).toBe(true);
  });

  it('stops with the last good checkpoint kept where the loss is no longer finite', async () => {
    await train({ epochs: 1 });
    const poisoned = await loadCheckpoint(runPaths(folder).last);
    const parameters = poisoned.parameters.map((p) => p.map(() => Number.NaN));
    await saveCheckpoint(runPaths(folder).last, { ...poisoned, parameters });
    const best = await readFile(runPaths(folder).best, 'utf8');
    await expect(train({ epochs: 3 }, { resume: true })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(
        /NaN in epoch 2, step 1; the best weights so far \(epoch 1\) are kept in .*best\.json/,
      ),
    });
    expect(await readFile(runPaths(folder).best, 'utf8')).toBe(best);
  });

  it.each([
    ['0', 'relu', -10],
    ['1', 'tanh', 10],
  ] as const)('reports latent channels that carry nothing but %s', async (_, activation, latentBias) => {
    const [first, last] = spec.encoder;
    const encoder = [first!, { ...last!, activation }];
    const initialiser = { ...spec.initialiser, latentBias, latentGain: 0.01 };
    const { history } = await train({ epochs: 1 }, { spec: { ...spec, encoder, initialiser } });
    expect(history[0]!.deadChannels).toEqual([0, 1, 2, 3]);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await train({});
    expect(tf.memory().numTensors).toBe(before);
  });

  it('works without validation images and with a single image', async () => {
    const one = { ...dataset, train: blobs(1, 5), validation: blobs(0, 5) };
    const { history } = await train({ epochs: 2 }, { dataset: one });
    expect(history[1]).toMatchObject({ validationMse: null, validationPsnr: null });
  });

  it('computes the same on the JavaScript backend, to float accuracy', async () => {
    const fast = await train({ epochs: 1, batch: 65 });
    const cpu = await loadBackend('cpu', { warn: () => undefined });
    try {
      const slow = await train({ epochs: 1, batch: 65 }, { tf: cpu }, join(folder, 'cpu'));
      expect(slow.history[0]!.trainMse).toBeCloseTo(fast.history[0]!.trainMse, 5);
      expect(slow.history[0]!.validationMse!).toBeCloseTo(fast.history[0]!.validationMse!, 4);
    } finally {
      await loadBackend('tensorflow');
    }
  });
});

describe('a checkpoint', () => {
  it('that is damaged anywhere is refused', async () => {
    await train({ epochs: 1 });
    const path = runPaths(folder).last;
    const good = await readFile(path);
    const random = createRandom(11);
    for (let i = 0; i < 40; i++) {
      const bad = Uint8Array.from(good);
      bad[random.below(bad.length - 1)]! ^= 1 << random.below(8);
      await writeFile(path, bad);
      await expect(loadCheckpoint(path)).rejects.toMatchObject({ name: 'ConvaeError' });
    }
    for (const length of [0, 10, 64, 65, good.length >> 1]) {
      await writeFile(path, good.subarray(0, length));
      await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    }
  });
});

describe('a network that no checkpoint can hold', () => {
  const dense = (units: number) => ({ kind: 'dense', units, activation: 'relu' }) as const;
  const large: ArchitectureSpec = {
    ...spec,
    encoder: [dense(4096), dense(4096)],
    decoder: [{ kind: 'expand', height: 12, width: 12, filters: 1, activation: 'sigmoid' }],
  };

  it('is refused before anything is trained or written', async () => {
    await expect(train({}, { spec: large })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(/at most 12,000,000 parameters .* received 17,9\d\d,\d\d\d$/),
    });
    expect(await readdir(join(folder, 'checkpoints'))).toEqual([]);
  });

  it('is not saved, so that whatever was saved can be read', async () => {
    await train({ epochs: 1 });
    const path = runPaths(folder).last;
    const before = await readFile(path);
    const checkpoint = await loadCheckpoint(path);
    const name = 'x'.repeat(MAX_CHECKPOINT_BYTES);
    await expect(saveCheckpoint(path, { ...checkpoint, spec: { ...spec, name } })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await readFile(path)).toEqual(before);
  });

  it('would have to be larger than the largest that may be trained', () => {
    // Base64 takes 4 bytes for 3; history has at least 64 MiB.
    const most = (MAX_TRAINED_PARAMETERS * 3 * Float32Array.BYTES_PER_ELEMENT * 4) / 3;
    expect(most + (64 << 20)).toBeLessThan(MAX_CHECKPOINT_BYTES);
    expect(MAX_CHECKPOINT_BYTES).toBeLessThan(constants.MAX_STRING_LENGTH / 1.5);
  });
});

describe('a recipe', () => {
  it('is the reference recipe by default', () => {
    expect(parseRecipe({})).toEqual({
      epochs: 30,
      batch: 20,
      learningRate: 1e-3,
      seed: 1,
      noise: 0,
      noiseFrom: null,
      noiseKind: 'gaussian',
      flips: false,
      patience: 0,
      rate: null,
      schedule: 'constant',
    });
  });

  it.each([
    [{ epochs: 0 }, /epochs.*received 0/],
    [{ batch: 1.5 }, /batch.*received 1.5/],
    [{ learningRate: Number.NaN }, /learningRate/],
    [{ learningRate: -1 }, /learningRate.*received -1/],
    [{ seed: -1 }, /seed/],
    [{ noise: 'loud' }, /noise.*received "loud"/],
  ])('%o is refused', (input, message) => {
    expect(() => parseRecipe(input)).toThrow(RangeError);
    expect(() => parseRecipe(input)).toThrow(message);
  });

  it('may be extended on resume, and nothing else may change', () => {
    const settings = { data: 'mnist', seed: 1, epochs: 5 };
    expect(() => checkSameRun(settings, { ...settings, epochs: 30 }, 'd')).not.toThrow();
    expect(() => checkSameRun(settings, { ...settings, seed: 2 }, 'd')).toThrow(
      /seed 1 there, 2 now.*--force/,
    );
  });
});
