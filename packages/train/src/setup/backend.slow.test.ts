import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BackendKind, CPU_BACKEND_WARNING, loadBackend } from './backend.js';

const require = createRequire(import.meta.url);

afterEach(() => vi.restoreAllMocks());

describe('tfjs backend', () => {
  it('is TensorFlow, silent, and has the classes of the direct dependencies', async () => {
    const written = vi.spyOn(process.stderr, 'write');
    const tf = await loadBackend('tensorflow');
    expect(tf.getBackend()).toBe('tensorflow');
    expect(tf.Tensor).toBe(require('@tensorflow/tfjs-core').Tensor);
    expect(tf.layers).toBe(require('@tensorflow/tfjs-layers').layers);
    expect(Array.from(tf.tidy(() => tf.add(tf.scalar(1), tf.scalar(2)).dataSync()))).toEqual([3]);
    expect(written).not.toHaveBeenCalled();
  });

  it('is plain JavaScript on demand, trains, and warns how slow that is', async () => {
    const advertised = vi.spyOn(console, 'warn');
    const warn = vi.fn();
    const tf = await loadBackend('cpu', { warn });
    expect(tf.getBackend()).toBe('cpu');
    expect(warn.mock.calls).toEqual([[CPU_BACKEND_WARNING]]);
    const weight = tf.variable(tf.scalar(1));
    const loss = () => tf.mean(tf.squaredDifference(weight, tf.scalar(3))) as ReturnType<typeof tf.scalar>;
    tf.train.sgd(0.25).minimize(loss);
    expect(weight.dataSync()[0]).toBeCloseTo(2);
    expect(advertised).not.toHaveBeenCalled();
  });

  it('of another name is refused', async () => {
    await expect(loadBackend('webgl' as BackendKind)).rejects.toThrow(
      /expected 'tensorflow' or 'cpu' for backend/,
    );
  });
});
