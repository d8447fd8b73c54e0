import { fc, test } from '@fast-check/vitest';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { buildLayersNetwork } from '../../model/build.js';
import { initialParameters } from '../../model/initialise.js';
import { kltStart, type LinearStart } from '../../model/klt.js';
import { parameterShapes } from '../../model/parameters.js';
import { parseSpec } from '../../model/parse.js';
import { presetSpec } from '../../model/presets.js';
import { traceShapes } from '../../model/shapes.js';
import type { ArchitectureInput, ArchitectureSpec } from '../../model/spec.js';
import { loadBackend, type Tf } from '../../setup/backend.js';
import type { BlockOps } from './block-ops.js';
import { networkInput, runNetwork } from './network.js';
import { plainOps } from './plain.js';
import { tensorflowOps } from './tensorflow.js';

let tf: Tf;
beforeAll(async () => {
  tf = await loadBackend('tensorflow');
});

const activation = fc.constantFrom('linear', 'relu', 'leakyRelu', 'elu', 'sigmoid', 'tanh', 'softplus');
const smooth = fc.constantFrom('elu', 'sigmoid', 'tanh', 'softplus', 'leakyRelu');
const kernel = fc.constantFrom(1, 2, 3, 4, 5);
const spec: fc.Arbitrary<ArchitectureInput> = fc.record({
  name: fc.constant('any'),
  image: fc.constant({ channels: 3 as const, height: 8, width: 12 }),
  encoder: fc.oneof(
    fc.tuple(
      fc.record({
        kind: fc.constant('conv'),
        filters: fc.integer({ min: 1, max: 5 }),
        kernel,
        activation,
        pool: fc.constant(2),
      }),
      fc.record({
        kind: fc.constant('conv'),
        filters: fc.constant(3),
        kernel,
        activation: smooth,
        stride: fc.constant(2),
      }),
    ),
    fc.tuple(
      fc.record({
        kind: fc.constant('conv'),
        filters: fc.constant(2),
        kernel,
        activation,
        stride: fc.constant(4),
      }),
      fc.record({ kind: fc.constant('dense'), units: fc.integer({ min: 1, max: 6 }), activation: smooth }),
    ),
  ),
  decoder: fc.constant([]),
}) as fc.Arbitrary<ArchitectureInput>;

const upsample = fc.record({
  kind: fc.constantFrom('nearest', 'bilinear', 'transpose'),
  kernel,
  activation: smooth,
  first: fc.integer({ min: 1, max: 4 }),
});

function withDecoder(
  base: ArchitectureInput,
  up: { kind: string; kernel: number; activation: string; first: number },
  besideLinear = false,
): ArchitectureSpec {
  const flat = base.encoder.at(-1)!.kind === 'dense';
  const block = (filters: number): object => ({
    kind: up.kind,
    kernel: up.kernel,
    activation: up.activation,
    filters,
  });
  const expand = { kind: 'expand', height: 2, width: 3, filters: 4, activation: 'softplus' };
  const linear = besideLinear && !flat ? { linear: { patch: 4 } } : {};
  return parseSpec({ ...base, ...linear, decoder: [...(flat ? [expand] : []), block(up.first), block(3)] });
}

/** The KLT of noise, where there is a linear transform. */
function linearOf(chosen: ArchitectureSpec): LinearStart | undefined {
  if (chosen.linear === undefined) return undefined;
  const random = createRandom(5);
  const { channels, height, width } = chosen.image;
  const data = Uint8Array.from({ length: 9 * height * width * channels }, () => 256 * random.uniform());
  const size = { side: chosen.linear.patch, latents: traceShapes(chosen).latent.channels };
  return kltStart({ data, count: 9, height, width, channels }, size, 1.7);
}

function gradientsOf(
  ops: BlockOps,
  chosen: ArchitectureSpec,
  seed: number,
): { output: Float32Array; gradients: Float32Array[]; halfSum: number } {
  const random = createRandom(seed);
  const { channels, height, width } = chosen.image;
  const shape: [number, number, number, number] = [2, height, width, channels];
  const values = initialParameters(chosen, { seed, meanPixel: 0.3, linear: linearOf(chosen) });
  const shapes = parameterShapes(chosen);
  const pixels = Float32Array.from({ length: 2 * height * width * channels }, () => random.uniform());
  return tf.tidy(() => {
    const x = tf.tensor(pixels, shape);
    const parameters = values.map((v, i): Tensor => tf.tensor(v, [...shapes[i]!.shape]));
    const network = traceShapes(chosen);
    const input = networkInput(tf, ops, network, { pixels, count: 2 });
    const run = runNetwork(ops, network, input, parameters);
    const { halfSum, gradient } = ops.squaredError(run.output, x);
    const gradients = run.backward(gradient).map((g) => Float32Array.from(g.dataSync() as Float32Array));
    return {
      output: Float32Array.from(run.output.dataSync() as Float32Array),
      gradients,
      halfSum: halfSum.dataSync()[0]!,
    };
  });
}

function expectClose(a: Float32Array, b: Float32Array): void {
  expect(a.length).toBe(b.length);
  const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-6);
  const worst = a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);
  expect(worst).toBeLessThan(2e-4 * scale + 1e-7);
}

describe('TensorFlow kernels with hand-written gradients', () => {
  test.prop([spec, upsample, fc.boolean(), fc.integer({ min: 0, max: 1e6 })], { numRuns: 60, seed: 7 })(
    'agree with the automatic differentiation of tfjs',
    (base, up, besideLinear, seed) => {
      const chosen = withDecoder(base, up, besideLinear);
      const fast = gradientsOf(tensorflowOps(tf), chosen, seed);
      const plain = gradientsOf(plainOps(tf), chosen, seed);
      expectClose(fast.output, plain.output);
      expect(fast.halfSum).toBeCloseTo(plain.halfSum, 3);
      for (const [i, gradient] of fast.gradients.entries()) expectClose(gradient, plain.gradients[i]!);
    },
  );

  it.each(['reference', 'upsample-nearest', 'upsample-bilinear', 'patch-4'])(
    'compute what the Layers model of preset %s computes',
    (name) => {
      const chosen = presetSpec(name, { channels: 1, height: 28, width: 28 });
      const values = initialParameters(chosen, { seed: 3, meanPixel: 0.13, linear: linearOf(chosen) });
      const network = buildLayersNetwork(tf, chosen, values);
      const pixels = Float32Array.from({ length: 4 * 784 }, (_, i) => ((i * 37) % 101) / 100);
      const layers = tf.tidy(() => {
        const latent = network.encoder.predict(tf.tensor(pixels, [4, 28, 28, 1])) as Tensor;
        return Float32Array.from((network.decoder.predict(latent) as Tensor).dataSync() as Float32Array);
      });
      const own = tf.tidy(() => {
        const shapes = parameterShapes(chosen);
        const parameters = values.map((v, i): Tensor => tf.tensor(v, [...shapes[i]!.shape]));
        const network = traceShapes(chosen);
        const ops = tensorflowOps(tf);
        const input = networkInput(tf, ops, network, { pixels, count: 4 });
        const run = runNetwork(ops, network, input, parameters);
        return Float32Array.from(run.output.dataSync() as Float32Array);
      });
      network.dispose();
      expectClose(own, layers);
    },
  );
});
