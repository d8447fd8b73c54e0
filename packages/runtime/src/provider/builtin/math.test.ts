import { expect, it } from 'vitest';
import { compileKernels } from './index.js';
import { createKernels, UNARY } from './kernels.js';

const kernels = await createKernels(await compileKernels());
const AT = 1 << 16;
kernels.memory.grow(4);

/** A function of the kernels at float32 arguments. */
function apply(operation: number, values: Float32Array, alpha = 0, beta = 0): Float32Array {
  const room = new Float32Array(kernels.memory.buffer, AT, values.length);
  room.set(values);
  kernels.unary(operation, AT, AT, values.length, alpha, beta);
  return room.slice();
}

/** From -100 to 100, most of them near 0. */
const ARGUMENTS = Float32Array.from({ length: 4000 }, (_, i) => ((i - 2000) / 1000) ** 3 * 12.5);

it.each([
  ['exp', UNARY.exp, Math.exp, 2e-7],
  ['tanh', UNARY.tanh, Math.tanh, 3e-7],
  ['sigmoid', UNARY.sigmoid, (x: number) => 1 / (1 + Math.exp(-x)), 3e-7],
  ['softplus', UNARY.softplus, (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 3e-7],
  ['log', UNARY.log, Math.log, 3e-7],
])('%s is right to seven digits', (_, operation, exact, tolerance) => {
  const found = apply(operation, ARGUMENTS);
  ARGUMENTS.forEach((x, i) => {
    const expected = Math.fround(exact(x));
    if (!Number.isFinite(expected)) expect(found[i], `${x}`).toBe(expected);
    else
      expect(Math.abs(found[i]! - expected), `${x}`).toBeLessThanOrEqual(
        tolerance * Math.max(Math.abs(expected), operation === UNARY.exp ? 1e-30 : 1),
      );
  });
});

it('takes infinity, zeros and NaN as they are', () => {
  const special = Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, Number.NaN);
  expect([...apply(UNARY.exp, special)]).toEqual([Number.POSITIVE_INFINITY, 0, 1, Number.NaN]);
  expect([...apply(UNARY.tanh, special)]).toEqual([1, -1, 0, Number.NaN]);
  expect([...apply(UNARY.sigmoid, special)]).toEqual([1, 0, 0.5, Number.NaN]);
  const log = [Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN];
  expect([...apply(UNARY.log, special)]).toEqual(log);
});
