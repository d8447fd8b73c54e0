import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackendKind, loadBackend, type Tf } from '../../setup/backend.js';
import { COMPONENTS } from './mixture.js';
import { contextBits, contextOutputs, contextShapes, factorizedBits, factorizedShapes } from './priors.js';
import {
  codedAt,
  contextOf,
  contextTensors,
  drawLatents,
  FLOOR,
  GRID,
  places,
  plainBits,
  plainMass,
  plainOutputs,
  rowsOf,
  shapeOf,
  type TinyRun,
  tinyRun,
  VECTOR,
} from './tiny-rate.test.support.js';

const OUTPUTS = 3 * COMPONENTS;
const QUALITY = 2;
const IMAGES = 2;

const RUNS: [string, TinyRun][] = [
  ['a grid, radius 0', tinyRun(GRID, 0)],
  ['a grid, radius 1', tinyRun(GRID, 1)],
  ['a grid, radius 2', tinyRun(GRID, 2)],
  ['a grid, radius 0, without place', tinyRun(GRID, 0, 1, false)],
  ['a grid, radius 2, without place', tinyRun(GRID, 2, 1, false)],
  ['a vector', tinyRun(VECTOR, 0)],
];

describe.each<BackendKind>(['tensorflow', 'cpu'])('the context network on %s', (kind) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadBackend(kind, { warn: () => undefined });
  });
  afterAll(() => loadBackend('tensorflow'));

  /** Outputs, channels×(images·places)×outputs, for latents count×c×h×w. */
  function outputsOf(run: TinyRun, latents: ArrayLike<number>, quality = QUALITY): Float32Array {
    const shape = shapeOf(run);
    const images = latents.length / (shape.height * shape.width * shape.channels);
    return tf.tidy(() => {
      const inputs = tf.tensor(rowsOf(contextOf(run), latents), [
        latents.length / shape.channels,
        shape.channels,
      ]);
      const weights = contextTensors(run).map((t) => tf.tensor(t.values, t.shape));
      const question = { weights, spec: run.recipe.rate!.context!, quality, relu: tf.relu };
      return contextOutputs(tf, { images, shape }, inputs, question).dataSync() as Float32Array;
    });
  }

  it.each(RUNS)('gives what its description says: %s', (_name, run) => {
    const net = contextOf(run);
    const latents = drawLatents(net, IMAGES, codedAt(run, QUALITY), 1);
    const found = outputsOf(run, latents);
    const size = latents.length / IMAGES;
    const plane = net.height * net.width;
    for (let image = 0; image < IMAGES; image++) {
      for (const place of places(net)) {
        const latent = latents.subarray(image * size, (image + 1) * size);
        const expected = plainOutputs(net, latent, place, QUALITY);
        const row = place.channel * IMAGES * plane + image * plane + place.y * net.width + place.x;
        const errors = expected.map((value, m) => Math.abs(found[row * OUTPUTS + m]! - value));
        expect(Math.max(...errors)).toBeLessThan(5e-4);
      }
    }
  });

  it.each(RUNS)('is causal: %s', (_name, run) => {
    const net = contextOf(run);
    const latents = drawLatents(net, 1, codedAt(run, QUALITY), 2);
    const before = outputsOf(run, latents);
    const order = [...places(net)];
    const plane = net.height * net.width;
    const isSame = (after: Float32Array, { channel, y, x }: (typeof order)[number]): boolean => {
      const row = (channel * plane + y * net.width + x) * OUTPUTS;
      return before.subarray(row, row + OUTPUTS).every((value, m) => value === after[row + m]);
    };
    for (const [position, { channel, y, x }] of order.entries()) {
      const changed = latents.slice();
      changed[(channel * net.height + y) * net.width + x]! += 40;
      const after = outputsOf(run, changed);
      const same = order.map((place) => isSame(after, place));
      expect(same.slice(0, position + 1)).toEqual(order.slice(0, position + 1).map(() => true));
      const reach = net.spec.radius > 0 ? position + 1 < order.length : channel + 1 < net.channels;
      expect(same.includes(false)).toBe(reach);
    }
  });

  it('depends on the quality', () => {
    const run = tinyRun(GRID, 2);
    const latents = drawLatents(contextOf(run), 1, codedAt(run, QUALITY), 3);
    expect(outputsOf(run, latents, 0)).not.toEqual(outputsOf(run, latents, 1));
  });

  it.each(RUNS)('counts the bits of the symbols under its mixtures: %s', (_name, run) => {
    const net = contextOf(run);
    const latents = drawLatents(net, 1, codedAt(run, QUALITY), 4);
    const expected = plainBits(net, latents, codedAt(run, QUALITY));
    const found = tf.tidy(() => {
      const rows = tf.tensor(rowsOf(net, latents), [net.height * net.width, net.channels]);
      const outputs = tf.tensor(outputsOf(run, latents), [net.channels, net.height * net.width, OUTPUTS]);
      return contextBits(tf, rows, outputs, tf.tensor1d([...codedAt(run, QUALITY).steps])).dataSync()[0]!;
    });
    expect(Math.abs(found - expected)).toBeLessThan(1e-3 * expected);
  });

  it.each([
    ['grid', tinyRun(GRID, null)],
    ['vector', tinyRun(VECTOR, null)],
  ])('stands beside a factorized prior with a mixture for each place and channel: %s', (_name, run) => {
    const shape = shapeOf(run);
    const dims = factorizedShapes(shape)[0]!.shape;
    const prior = run.parameters.at(-1)!;
    const size = shape.height * shape.width * shape.channels;
    expect(dims).toEqual([size, OUTPUTS]);
    // Rows are places and columns channels, so symbols run channel-fastest, as the mixtures do.
    const values = Float32Array.from({ length: IMAGES * size }, (_, i) => (((i * 37) % 23) - 11) / 4);
    const steps = Array.from({ length: shape.channels }, (_, channel) => 0.6 + channel / 8);
    const expected = values.reduce((sum, value, i) => {
      const outputs = [...prior.subarray((i % size) * OUTPUTS, ((i % size) + 1) * OUTPUTS)];
      return sum - Math.log2(plainMass(value, outputs, steps[i % shape.channels]!) * (1 - FLOOR) + FLOOR);
    }, 0);
    const found = tf.tidy(() => {
      const rows = tf.tensor(values, [values.length / shape.channels, shape.channels]);
      const weights = tf.tensor(prior, [...dims] as [number, number]);
      return factorizedBits(tf, { images: IMAGES, shape }, rows, weights, tf.tensor1d(steps)).dataSync()[0]!;
    });
    expect(Math.abs(found - expected)).toBeLessThan(1e-3 * expected);
  });
});

describe('the weights of the priors', () => {
  const namesOf = (about: { radius: number; place: boolean }): string[] =>
    contextShapes(shapeOf(tinyRun(VECTOR, 0)), { hidden1: 4, hidden2: 3, ...about }, 3).map(
      ({ name }) => name,
    );

  it('start the same for the same seed, and differ for another', () => {
    const shapes = contextShapes(
      shapeOf(tinyRun(GRID, 2)),
      {
        radius: 2,
        hidden1: 4,
        hidden2: 3,
        place: true,
      },
      3,
    );
    const of = (seed: number) => shapes.map((shape) => shape.initial(seed));
    expect(of(1)).toEqual(of(1));
    expect(of(1)[0]).not.toEqual(of(2)[0]);
    for (const [i, { shape }] of shapes.entries())
      expect(of(1)[i]).toHaveLength(shape.reduce((product, n) => product * n, 1));
  });

  it('have no window where nothing lies in it', () => {
    const names = namesOf({ radius: 0, place: true });
    expect(names).not.toContain('prior/context/window');
    expect(names).toHaveLength(8);
  });

  it('have none of a place where images are crops, and are exported with zeros for it', () => {
    const names = namesOf({ radius: 0, place: false });
    expect(names).not.toContain('prior/context/position');
    expect(names).toHaveLength(7);
    const { position, height, width, spec } = contextOf(tinyRun(GRID, 2, 1, false));
    expect(position).toEqual(new Float32Array(height * width * spec.hidden1));
  });
});
