import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import { type ImageBatch, type ImageChannels, parsePixels } from '@convae/runtime/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { pixelBits } from '../../evaluation/lossless/value-bits.js';
import { loadBackend, type Tf } from '../../setup/backend.js';
import { modelFor } from '../../training/lossless/lossless-checkpoint.js';
import { parseLosslessRecipe } from '../../training/lossless/lossless-recipe.js';
import { openPixelLearner } from '../../training/lossless/pixel-learner.js';
import { pixelParameters } from '../../training/lossless/pixel-network.js';
import { exportLossless } from './export-lossless.js';

let tf: Tf;
let root: string;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
  root = await mkdtemp(join(tmpdir(), 'convae-lossless-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Soft discs on black, with a little noise inside. */
function discs(count: number, channels: ImageChannels, seed: number): ImageBatch {
  const random = createRandom(seed);
  const data = new Uint8Array(count * 144 * channels);
  for (let n = 0; n < count; n++) {
    const [cx, cy, r] = [3 + 6 * random.uniform(), 3 + 6 * random.uniform(), 2 + 2 * random.uniform()];
    for (let i = 0; i < 144; i++) {
      const inside = 1 / (1 + Math.exp(3 * (Math.hypot((i % 12) - cx, Math.floor(i / 12) - cy) - r)));
      for (let c = 0; c < channels; c++)
        data[(n * 144 + i) * channels + c] =
          inside < 0.01 ? 0 : inside * (200 + random.below(56)) * (1 - c / 8);
    }
  }
  return { data, count, height: 12, width: 12, channels };
}

async function trained(channels: ImageChannels, copies: boolean) {
  const network = { radius: 2, hidden1: 16, hidden2: 12, components: 3, bases: 4, copies };
  const recipe = parseLosslessRecipe({ network, epochs: 1, batch: 32, learningRate: 1e-2 });
  const model = modelFor({ channels, height: 12, width: 12 }, recipe);
  const learner = openPixelLearner(tf, model, { values: pixelParameters(model).map((p) => p.initial(1)) });
  const train = discs(64, channels, 1);
  const all = Array.from({ length: 64 }, (_, i) => i);
  for (let step = 0; step < 80; step++) learner.step(train, all, 1e-2);
  const test = discs(24, channels, 2);
  const float = learner.measure(test);
  const parameters = learner.store.values();
  learner.store.dispose();
  const outDir = join(root, `${channels}-${copies}`);
  const about = { name: 'discs-lossless', training: { dataset: 'discs' }, metrics: {} };
  const exported = await exportLossless({ tf, model, parameters, train, outDir, ...about });
  return { exported, test, float, outDir };
}

describe.each([
  [1, false],
  [3, false],
  [4, false],
  [3, true],
  [4, true],
] as const)('a lossless bundle of %i channels, copies %s', (channels, copies) => {
  it('takes as many bits as the trained network in floating point, and gives every value back', async () => {
    const { exported, test, float, outDir } = await trained(channels, copies);
    const model = parsePixels(await readFile(join(outDir, exported.manifest.context.file)));
    const ideal = pixelBits(model, test).reduce((sum, bits) => sum + bits, 0);
    expect(ideal / test.data.length / float).toBeLessThan(1.005);
    // The floating-point network counts a colour of the list as if all colours were possible.
    expect(ideal / test.data.length / float).toBeGreaterThan(copies ? 0.9 : 0.99);
    const codec = await loadCodec(outDir);
    const streams = await codec.encodeBatch(test);
    for (const [i, stream] of streams.entries()) {
      const { data } = await codec.decode(stream);
      expect(Buffer.compare(data, test.data.subarray(i * data.length, (i + 1) * data.length))).toBe(0);
    }
    // Heads and ends of the streams: a few bytes each.
    const bytes = streams.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThanOrEqual(Math.floor(ideal / 8));
    expect(bytes).toBeLessThan(ideal / 8 + 12 * test.count);
    await codec.dispose();
  });
});
