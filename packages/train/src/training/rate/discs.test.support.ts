import { createRandom } from '../../dataset/random.js';
import type { Dataset, LabelledImages } from '../../dataset/types.js';
import { parseSpec } from '../../model/parse.js';
import { parseRecipe, type RecipeInput } from '../recipe.js';
import { writeRunSettings } from '../run-folder.js';
import { type TrainingOptions, type TrainingResult, trainNetwork } from '../trainer.js';
import { GRID } from './tiny-rate.test.support.js';

/** Bright discs: few numbers tell them, so they can be learned to take few bits. */
export function discs(count: number, seed: number): LabelledImages {
  const random = createRandom(seed);
  const data = new Uint8Array(count * 144);
  for (let n = 0; n < count; n++) {
    const [cx, cy, r] = [3 + 6 * random.uniform(), 3 + 6 * random.uniform(), 2 + 2 * random.uniform()];
    for (let i = 0; i < 144; i++) {
      const far = Math.hypot((i % 12) - cx, Math.floor(i / 12) - cy);
      data[n * 144 + i] = 255 / (1 + Math.exp(3 * (far - r)));
    }
  }
  return { data, count, height: 12, width: 12, channels: 1 };
}

/** Discs to train on. */
export const DISCS: Dataset = {
  name: 'discs',
  source: 'images:discs',
  train: discs(60, 1),
  validation: discs(20, 2),
  loadTest: async () => discs(10, 3),
  testIsValidation: false,
};

/** Train the tiny grid on discs. */
export async function trainDiscs(
  input: RecipeInput,
  options: Pick<TrainingOptions, 'tf' | 'paths'> & Partial<TrainingOptions>,
): Promise<TrainingResult> {
  const settings = { format: 'convae-run', version: 1, createdBy: 'test', command: 'test' } as const;
  await writeRunSettings(options.paths, { ...settings, settings: {} });
  return trainNetwork({
    spec: parseSpec(GRID),
    recipe: parseRecipe(input),
    dataset: DISCS,
    resume: false,
    ...options,
  });
}

/** A signal that stops a run before the step of that number, counted from 0: it is asked before every step. */
export function stopBefore(step: number): Pick<TrainingOptions, 'signal'> {
  let asked = 0;
  const signal = new AbortController().signal;
  Object.defineProperty(signal, 'aborted', { get: () => asked++ >= step });
  return { signal };
}
