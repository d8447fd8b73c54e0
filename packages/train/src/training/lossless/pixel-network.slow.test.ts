import type { ImageBatch, ImageChannels } from '@convae/runtime/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { loadBackend, type Tf } from '../../setup/backend.js';
import { modelFor } from './lossless-checkpoint.js';
import { parseLosslessRecipe } from './lossless-recipe.js';
import { openPixelLearner, rowsFor } from './pixel-learner.js';
import { type PixelModel, pixelBits, pixelParameters } from './pixel-network.js';

let tf: Tf;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});

const [HEIGHT, WIDTH] = [5, 6];

function model(channels: ImageChannels, copies = false): PixelModel {
  const network = { radius: 2, hidden1: 12, hidden2: 8, components: 3, bases: 4, copies };
  const recipe = parseLosslessRecipe({ network, epochs: 1, batch: 4, learningRate: 1e-2 });
  return modelFor({ channels, height: HEIGHT, width: WIDTH }, recipe);
}

/** Weights larger than a network starts with, so that its distributions differ. */
const weightsOf = (of: PixelModel): Float32Array[] =>
  pixelParameters(of).map(({ initial }, i) => {
    const random = createRandom(9, i);
    return initial(1).map((value) => value + 0.2 * random.normal());
  });

/** The channel that is coded last: alpha is the first. */
const lastOf = (channels: number): number => (channels === 4 ? 2 : channels - 1);

/** Copies of one image, whose value that is coded last is each of 0..255. */
function everyLastValue(channels: ImageChannels): ImageBatch {
  const random = createRandom(3);
  const size = HEIGHT * WIDTH * channels;
  const first = Uint8Array.from({ length: size }, () => (random.uniform() < 0.4 ? 0 : random.below(256)));
  const data = new Uint8Array(256 * size);
  for (let value = 0; value < 256; value++) {
    data.set(first, value * size);
    data[(value + 1) * size - channels + lastOf(channels)] = value;
  }
  return { data, count: 256, height: HEIGHT, width: WIDTH, channels };
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe.each([1, 3, 4] as const)('the network on %i channels', (channels) => {
  it('gives the values that a place may have probabilities that sum to 1', () => {
    const batch = everyLastValue(channels);
    const own = model(channels);
    let sum = 0;
    for (const index of indices(256)) {
      const rows = rowsFor(own, batch, [index]);
      const bits = tf.tidy(() => {
        const weights = weightsOf(own).map((w, i) => tf.tensor(w, [...pixelParameters(own)[i]!.shape]));
        return pixelBits(tf, { model: own, rows, weights, relu: tf.relu }).values.dataSync();
      });
      sum += 2 ** -bits[channels * rows.coded - 1]!;
    }
    // The floor of each frequency is counted apart: 255 of 65536 at most.
    expect(sum).toBeGreaterThan(0.994);
    expect(sum).toBeLessThan(1.003);
  });

  it('counts images together as it does each alone', () => {
    const batch = everyLastValue(channels);
    const own = model(channels);
    const learner = openPixelLearner(tf, own, { values: weightsOf(own) });
    const size = HEIGHT * WIDTH * channels;
    const alone = [0, 1, 2].map((i) =>
      learner.measure({ ...batch, count: 1, data: batch.data.subarray(i * size, (i + 1) * size) }),
    );
    const together = learner.measure({ ...batch, count: 3, data: batch.data.subarray(0, 3 * size) });
    expect(together).toBeCloseTo((alone[0]! + alone[1]! + alone[2]!) / 3, 4);
    learner.store.dispose();
  });

  it('learns a pattern', () => {
    const own = model(channels);
    const learner = openPixelLearner(tf, own, { values: pixelParameters(own).map((p) => p.initial(1)) });
    const data = Uint8Array.from({ length: 8 * HEIGHT * WIDTH * channels }, (_, i) =>
      i % (2 * channels) < channels ? 100 : 105,
    );
    const batch = { data, count: 8, height: HEIGHT, width: WIDTH, channels } as ImageBatch;
    const before = learner.measure(batch);
    for (let step = 0; step < 60; step++) learner.step(batch, indices(8), 1e-2);
    expect(learner.measure(batch)).toBeLessThan(0.7 * before);
    learner.store.dispose();
  });
});

describe('how a place is coded', () => {
  it('has probabilities that sum to 1, none of them for a candidate that repeats a colour', () => {
    const own = model(4, true);
    const batch = everyLastValue(4);
    const rows = rowsFor(own, batch, [0]);
    const sums = new Float64Array(rows.count);
    for (let choice = 0; choice < 6; choice++) {
      const asked = { ...rows, choices: rows.choices.map(() => choice) };
      tf.tidy(() => {
        const weights = weightsOf(own).map((w, i) => tf.tensor(w, [...pixelParameters(own)[i]!.shape]));
        const bits = pixelBits(tf, { model: own, rows: asked, weights, relu: tf.relu }).choice!.dataSync();
        bits.forEach((cost, row) => {
          if (choice < 4 && rows.candidates[4 * row + choice] === 0) expect(cost).toBeGreaterThan(1000);
          sums[row]! += 2 ** -cost;
        });
      });
    }
    for (const sum of sums) expect(sum).toBeCloseTo(1, 4);
  });
});
