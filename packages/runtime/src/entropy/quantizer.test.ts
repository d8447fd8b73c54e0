import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LatentBatch } from '../image.js';
import { dequantize, MAX_SYMBOL, quantize, quantizerAt } from './quantizer.js';

const latents = (values: readonly number[], channels = 1): LatentBatch => ({
  data: Float32Array.from(values),
  count: 1,
  height: 1,
  width: values.length / channels,
  channels,
});
const unit = quantizerAt({ steps: [1], multipliers: [1] }, 0);
const symbolsOf = (values: readonly number[]): number[] => [...quantize(latents(values), unit).data];

describe('quantizer', () => {
  it('rounds to the nearest integer, halves away from zero', () => {
    expect(symbolsOf([0, 0.49, 0.5, 1.5, 2.5, -0.49, -0.5, -1.5, -2.5])).toEqual([
      0, 0, 1, 2, 3, 0, -1, -2, -3,
    ]);
    expect(symbolsOf([Math.fround(0.5 - 2 ** -25)])).toEqual([0]);
    const tiny = quantizerAt({ steps: [1], offsets: [0.5], multipliers: [1] }, 0);
    expect([...quantize(latents([1 - 2 ** -24]), tiny).data]).toEqual([0]);
  });

  it('uses each channel’s step and offset, and the multiplier of the quality', () => {
    const spec = { steps: [0.5, 2], offsets: [0, 1], multipliers: [4, 1] };
    const batch = latents([1, 2, 1, 5], 2);
    expect([...quantize(batch, quantizerAt(spec, 1)).data]).toEqual([2, 4, 0, 2]);
    expect([...quantize(batch, quantizerAt(spec, 0)).data]).toEqual([1, 1, 0, 1]);
    const symbols = { ...batch, data: Int32Array.of(1, 1, 0, -1) };
    expect([...dequantize(symbols, quantizerAt(spec, 0)).data]).toEqual([2, 2, 1, -7]);
  });

  it('clamps to ±(2^31 − 1)', () => {
    expect(symbolsOf([1e30, -1e30, 2 ** 31])).toEqual([MAX_SYMBOL, -MAX_SYMBOL, MAX_SYMBOL]);
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %s', (value) => {
    expect(() => quantize(latents([0, value]), unit)).toThrowError(
      expect.objectContaining({ code: 'NON_FINITE' }),
    );
  });

  it('errs by half a step at most, and gives back the symbols of what it dequantized', () => {
    const step = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const symbol = fc.integer({ min: -(2 ** 22), max: 2 ** 22 });
    fc.assert(
      fc.property(step, fc.integer({ min: 1, max: 64 }), symbol, (size, multiplier, value) => {
        const quantizer = quantizerAt({ steps: [size], multipliers: [multiplier] }, 0);
        const batch = dequantize({ ...latents([0]), data: Int32Array.of(value) }, quantizer);
        expect(quantize(batch, quantizer).data[0]).toBe(value);
      }),
      { seed: 1, numRuns: 2000 },
    );
    fc.assert(
      fc.property(step, fc.float({ min: -1e3, max: 1e3, noNaN: true }), (size, value) => {
        const quantizer = quantizerAt({ steps: [size], multipliers: [1] }, 0);
        const near = dequantize(quantize(latents([value]), quantizer), quantizer).data[0]!;
        expect(Math.abs(near - value)).toBeLessThanOrEqual(size * 0.500001 + 1e-4);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('refuses broken specs, unknown qualities and wrong shapes', () => {
    const invalid = expect.objectContaining({ code: 'MANIFEST_INVALID' });
    const specs = [
      { steps: [], multipliers: [1] },
      { steps: [0], multipliers: [1] },
      { steps: [Number.NaN], multipliers: [1] },
      { steps: [1], multipliers: [] },
      { steps: [1], multipliers: [1, 2] },
      { steps: [1], multipliers: [2.5] },
      { steps: [1], offsets: [0, 0], multipliers: [1] },
      { steps: [1], offsets: [Infinity], multipliers: [1] },
    ];
    for (const spec of specs) expect(() => quantizerAt(spec, 0)).toThrowError(invalid);
    expect(() => quantizerAt({ steps: [1], multipliers: [1] }, 1)).toThrowError(RangeError);
    expect(() => quantizerAt({ steps: [1], multipliers: [1] }, 0.5)).toThrowError(RangeError);
    expect(() => quantize(latents([1, 2], 2), unit)).toThrowError(RangeError);
    expect(() => quantize({ ...latents([1, 2]), width: 3 }, unit)).toThrowError(RangeError);
  });
});
