import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { traceShapes } from '../../model/shapes.js';
import { loadBackend, type Tf } from '../../setup/backend.js';
import type { ParameterStore } from '../parameter-store.js';
import { openEngine } from '../step.js';
import {
  centre,
  measureRate,
  type Quantization,
  type RateBatch,
  type RateContext,
  type RateSums,
  rateStep,
} from './rate-step.js';
import { GRID, type TinyRun, tinyRun, VECTOR } from './tiny-rate.test.support.js';

const COUNT = 4;
const QUALITY = 2;
const EMPHASIS = 1.5;

/** Random images, smooth enough to be like pictures, and the noise of their latents. */
function batchOf(run: TinyRun): RateBatch {
  const random = createRandom(9);
  const { height, width, channels } = traceShapes(run.spec).latent;
  const input = Float32Array.from({ length: COUNT * 144 }, (_, i) =>
    Math.min(1, Math.max(0, 0.5 + Math.sin(i / (5 + (i % 3))) / 2 + 0.2 * (random.uniform() - 0.5))),
  );
  const noise = Float32Array.from(
    { length: COUNT * height * width * channels },
    () => random.uniform() - 0.5,
  );
  return { input, target: input, count: COUNT, quality: QUALITY, noise };
}

function open(tf: Tf, run: TinyRun, parameters: readonly Float32Array[] = run.parameters): RateContext {
  const { shapes, spec, recipe } = run;
  const engine = openEngine(tf, { shapes, values: parameters });
  return { tf, ...engine, shapes: traceShapes(spec), rate: recipe.rate! };
}

/** The run with another lambda: a small one leaves the bits to be seen. */
const weighing = ({ recipe, ...run }: TinyRun, lambda: number): TinyRun => ({
  ...run,
  recipe: { ...recipe, rate: { ...recipe.rate!, lambdas: [lambda / 4, lambda / 2, lambda] } },
});

const options = (quantization: Quantization, withContext = true, learningRate = 0) => ({
  quantization,
  withContext,
  learningRate,
  emphasis: EMPHASIS,
});

/** Bits + lambda · squared error per image, as the step is to lower it. */
function lossOf(run: TinyRun, sums: RateSums, withContext: boolean): number {
  const rate = run.recipe.rate!;
  const share = withContext ? rate.factorizedShare : 1;
  const bits = share * sums.factorizedBits + (1 - share) * sums.contextBits;
  const [, middle] = rate.lambdas as [number, number];
  const weight = (middle / rate.lambdas[QUALITY]!) ** 0.4;
  return (weight * (bits + EMPHASIS * rate.lambdas[QUALITY]! * sums.squaredError)) / COUNT;
}

/** The store with the gradients of its steps written down. */
function recording(store: ParameterStore): {
  store: ParameterStore;
  gradients: (Float32Array | undefined)[];
} {
  const gradients: (Float32Array | undefined)[] = [];
  const adamStep: ParameterStore['adamStep'] = (given, learningRate) => {
    gradients.push(...given.map((g: Tensor | undefined) => g && Float32Array.from(g.dataSync())));
    store.adamStep(given, learningRate);
  };
  return { store: { ...store, adamStep }, gradients };
}

describe('a step on rate and distortion', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadBackend('tensorflow');
  });

  /** The loss under these parameters, and the gradients where asked for. */
  function lossUnder(
    run: TinyRun,
    parameters: readonly Float32Array[],
    quantization: Quantization,
    withContext = true,
  ) {
    const context = open(tf, run, parameters);
    const { store, gradients } = recording(context.store);
    const sums = rateStep({ ...context, store }, batchOf(run), options(quantization, withContext));
    store.dispose();
    return { loss: lossOf(run, sums, withContext), gradients };
  }

  /** The loss's slope along one parameter, from losses on both sides. */
  function slope(
    run: TinyRun,
    [tensor, index]: [number, number],
    quantization: Quantization,
    withContext: boolean,
  ): number {
    const step = 4e-3;
    const [above, below] = [step, -step].map((by) => {
      const moved = run.parameters.map((values) => values.slice());
      moved[tensor]![index]! += by;
      return lossUnder(run, moved, quantization, withContext).loss;
    });
    return (above! - below!) / (2 * step);
  }

  /** The place of the largest value: there the slope is told best from rounding. */
  const largest = (values: Float32Array): number =>
    values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]!) ? i : best), 0);

  function checkGradients(
    run: TinyRun,
    quantization: Quantization,
    withContext: boolean,
    wanted: RegExp,
  ): void {
    const { gradients } = lossUnder(run, run.parameters, quantization, withContext);
    const errors = run.shapes.flatMap(({ name }, tensor) => {
      if (!wanted.test(name)) return [];
      const index = largest(gradients[tensor]!);
      const [found, expected] = [
        gradients[tensor]![index]!,
        slope(run, [tensor, index], quantization, withContext),
      ];
      return Math.abs(found - expected) < 0.02 * Math.abs(expected) + 0.03 ? [] : [{ name, found, expected }];
    });
    expect(errors).toEqual([]);
  }

  it('follows the slope of the loss in every tensor, under noise', () => {
    checkGradients(tinyRun(GRID, 1), 'noise', true, /^(?!offsets)/);
  });

  it('follows the slope of the bits back into the encoder', () => {
    checkGradients(weighing(tinyRun(GRID, 2), 1e-3), 'noise', true, /^encoder/);
    checkGradients(weighing(tinyRun(VECTOR, 0), 1e-3), 'noise', true, /^(encoder|gains|prior)/);
  });

  it('follows the slope without the context network', () => {
    checkGradients(weighing(tinyRun(GRID, 1), 0.1), 'noise', false, /^(encoder|gains|prior\/factorized)/);
  });

  it.each<Quantization>(['round', 'tune'])(
    'follows the slope of decoder and priors at "%s"',
    (quantization) => {
      checkGradients(tinyRun(VECTOR, 0), quantization, true, /^(decoder|prior)/);
    },
  );

  /** Names of the tensors that a step changed. */
  function moved(run: TinyRun, quantization: Quantization, withContext: boolean): string[] {
    const context = open(tf, run);
    rateStep(context, batchOf(run), options(quantization, withContext, 0.01));
    const after = context.store.values();
    context.store.dispose();
    return run.shapes
      .filter((_, i) => after[i]!.some((v, j) => v !== run.parameters[i]![j]))
      .map(({ name }) => name);
  }

  it('moves everything but offsets, and where it tunes not the encoder, and without contexts not their network', () => {
    const run = tinyRun(GRID, 2);
    const names = run.shapes.map(({ name }) => name);
    const without = (pattern: RegExp): string[] => names.filter((name) => !pattern.test(name));
    expect(moved(run, 'noise', true)).toEqual(without(/^offsets/));
    expect(moved(run, 'round', true)).toEqual(without(/^offsets/));
    expect(moved(run, 'tune', true)).toEqual(without(/^encoder|^gains|^offsets/));
    expect(moved(run, 'round', false)).toEqual(without(/^offsets|^prior\/context/));
    expect(moved(run, 'tune', false)).toEqual(without(/^encoder|^gains|^offsets|^prior\/context/));
  });

  it('sees rounded latents where it tunes, as measuring does', () => {
    const run = tinyRun(GRID, 2);
    const context = open(tf, run);
    const measured = measureRate(context, batchOf(run));
    const tuned = rateStep(context, batchOf(run), options('tune'));
    const noisy = rateStep(context, batchOf(run), options('noise'));
    context.store.dispose();
    for (const name of ['squaredError', 'factorizedBits', 'contextBits'] as const) {
      expect(tuned[name]).toBeCloseTo(measured[name], 3);
      expect(Math.abs(noisy[name] - measured[name])).toBeGreaterThan(1e-3);
    }
  });

  it('centres the quantizer on a background, which every gain then decodes to the same', () => {
    const run = tinyRun(VECTOR, 0);
    const context = open(tf, run);
    const input = new Float32Array(COUNT * 144).fill(1);
    const white = { ...batchOf(run), input, target: input };
    const before = tf.memory().numTensors;
    centre(context, white);
    expect(tf.memory().numTensors).toBe(before);
    const at = run.shapes.findIndex(({ name }) => name === 'offsets');
    const offsets = context.store.values()[at]!;
    expect(offsets.some((offset) => offset !== 0)).toBe(true);
    const errors = [1, 1.3, 1.7].map((gain) => {
      context.store.update(at - 1, (gains) => gains.fill(Math.log(gain)));
      return measureRate(context, white).squaredError;
    });
    context.store.dispose();
    for (const each of errors) expect(each).toBeCloseTo(errors[0]!, 4);
  });

  it('leaves no tensor behind', () => {
    const run = tinyRun(GRID, 2);
    const context = open(tf, run);
    rateStep(context, batchOf(run), options('round'));
    const before = tf.memory().numTensors;
    for (const quantization of ['noise', 'round', 'tune'] as const) {
      rateStep(context, batchOf(run), options(quantization, true, 1e-3));
      rateStep(context, batchOf(run), options(quantization, false, 1e-3));
      measureRate(context, batchOf(run));
    }
    expect(tf.memory().numTensors).toBe(before);
    context.store.dispose();
  });

  it('lowers the loss', () => {
    const run = tinyRun(GRID, 1);
    const context = open(tf, run);
    const losses = Array.from({ length: 30 }, () =>
      lossOf(run, rateStep(context, batchOf(run), options('round', true, 0.01)), true),
    );
    context.store.dispose();
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });
});

describe('both backends', () => {
  it('give the same sums and gradients, and take the same step, to float accuracy', async () => {
    const run = tinyRun(GRID, 2);
    const results = [];
    for (const kind of ['cpu', 'tensorflow'] as const) {
      const tf = await loadBackend(kind, { warn: () => undefined });
      const context = open(tf, run);
      const { store, gradients } = recording(context.store);
      const sums = rateStep({ ...context, store }, batchOf(run), options('noise', true, 1e-3));
      results.push({ sums, gradients, after: measureRate(context, batchOf(run)) });
      store.dispose();
    }
    const [plain, fast] = results as [(typeof results)[number], (typeof results)[number]];
    for (const name of ['squaredError', 'factorizedBits', 'contextBits'] as const) {
      expect(Math.abs(plain.sums[name] / fast.sums[name] - 1)).toBeLessThan(1e-4);
      expect(Math.abs(plain.after[name] / fast.after[name] - 1)).toBeLessThan(1e-3);
    }
    for (const [i, gradient] of fast.gradients.entries()) {
      if (gradient === undefined) continue;
      const size = Math.max(...gradient.map(Math.abs));
      const worst = Math.max(...gradient.map((value, j) => Math.abs(value - plain.gradients[i]![j]!)));
      expect(worst).toBeLessThan(1e-3 * size);
    }
  });
});
