import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadBackend, type Tf } from '../../setup/backend.js';
import { DISCS, stopBefore } from '../rate/discs.test.support.js';
import { runPaths, writeRunSettings } from '../run-folder.js';
import { loadLossless } from './lossless-checkpoint.js';
import { parseLosslessRecipe } from './lossless-recipe.js';
import { type LosslessOptions, type LosslessResult, trainLossless } from './lossless-trainer.js';

let tf: Tf;
let root: string;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-lossless-trainer-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const recipe = parseLosslessRecipe({
  network: { radius: 1, hidden1: 12, hidden2: 8, components: 2 },
  epochs: 3,
  batch: 20,
  learningRate: 1e-2,
  flips: true,
});

async function train(name: string, options: Partial<LosslessOptions> = {}): Promise<LosslessResult> {
  const paths = runPaths(join(root, name));
  const settings = { format: 'convae-run', version: 1, createdBy: 'test', command: 'test' } as const;
  await writeRunSettings(paths, { ...settings, settings: {} });
  return trainLossless({ tf, recipe, dataset: DISCS, paths, resume: false, ...options });
}

describe('trainLossless', () => {
  it('comes to fewer bits, and says them in a line for each epoch', async () => {
    const { stopped, history, bestEpoch } = await train('whole');
    expect(stopped).toBe('epochs');
    expect(history[2]!.validationBits!).toBeLessThan(history[0]!.validationBits!);
    expect(bestEpoch).toBe(3);
    const lines = (await readFile(join(root, 'whole', 'epochs.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(history);
  });

  it('goes on after a stop as if there had been none', async () => {
    const whole = await train('whole');
    const stopped = await train('parts', stopBefore(4));
    expect(stopped.stopped).toBe('signal');
    const resumed = await train('parts', { resume: true });
    expect(resumed.parameters).toEqual(whole.parameters);
    expect(resumed.history.map(({ validationBits }) => validationBits)).toEqual(
      whole.history.map(({ validationBits }) => validationBits),
    );
  });

  it('leaves no tensors behind', async () => {
    await train('first');
    const before = tf.memory().numTensors;
    await train('second');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a checkpoint that was changed', async () => {
    await train('whole');
    const path = runPaths(join(root, 'whole')).best;
    const text = await readFile(path, 'utf8');
    await expect(loadLossless(path)).resolves.toMatchObject({ recipe });
    await writeFile(path, text.replace('"hidden1":12', '"hidden1":13'));
    await expect(loadLossless(path)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });
});
