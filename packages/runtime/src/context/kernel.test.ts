import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomContextModel } from '../testing/random-context.js';
import { seededRandom } from '../testing/tiny-bundle.js';
import { contextCase } from './arbitraries.test.fixture.js';
import type { ContextModel } from './context-model.js';
import { ContextPrior } from './context-prior.js';
import { chooseKernel, createKernel } from './create-kernel.js';
import { CONTEXT_KERNELS, type ContextKernel } from './kernel.js';
import { referenceFrequencies } from './reference.test.fixture.js';
import { simdModule } from './simd-functions.js';

/** Runs some positions of random inputs, and gives the outputs of every channel. */
function outputsOf(kernel: ContextKernel, model: ContextModel, seed: number): number[] {
  const random = seededRandom(seed);
  const inputs = model.w1.length / model.hidden1;
  const found: number[] = [];
  for (let round = 0; round < 4; round++) {
    kernel.start(
      Math.floor(random() * model.qualities),
      Math.floor(random() * model.gridHeight * model.gridWidth),
    );
    for (let channel = 0; channel < model.channels; channel++) {
      for (let i = 0; i < 5; i++) {
        const extreme = random() < 0.2;
        const value = extreme ? (random() < 0.5 ? -2047 : 2047) : Math.floor(random() * 200) - 100;
        if (value !== 0) kernel.add(Math.floor(random() * inputs), value);
      }
      kernel.run(channel);
      found.push(...kernel.outputs);
    }
  }
  return found;
}

describe('the kernels', () => {
  it('find the same integers for models of all sizes', () => {
    fc.assert(
      fc.property(contextCase, fc.nat(), ({ model }, seed) => {
        const [simd, plain] = CONTEXT_KERNELS.map((name) =>
          outputsOf(createKernel(model, name), model, seed),
        );
        expect(simd).toEqual(plain);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('find the same integers where accumulators and weights are at their ends', () => {
    for (const [weight, bias] of [
      [-128, -32_768],
      [127, 32_767],
    ] as const) {
      const drawn = randomContextModel({ channels: 3, hidden1: 512, hidden2: 512, components: 8 });
      const model = {
        ...drawn,
        w1: drawn.w1.fill(weight),
        w2: drawn.w2.map((_, i) => (i % 3 ? 127 : -128)),
        w3: drawn.w3.map((_, i) => (i % 5 ? -128 : 127)),
        channelBias: drawn.channelBias.fill(bias),
        bias2: drawn.bias2.fill(bias),
        shift1: drawn.shift1.map((_, i) => i % 25),
        shift2: drawn.shift2.map((_, i) => i % 25),
        shift3: drawn.shift3.map((_, i) => i % 25),
      };
      const [simd, plain] = CONTEXT_KERNELS.map((name) => outputsOf(createKernel(model, name), model, 1));
      expect(simd).toEqual(plain);
      expect(new Set(plain).size).toBeGreaterThan(5);
    }
  });

  it.each(CONTEXT_KERNELS)(
    '%s: give every symbol the cumulative frequencies of the format page',
    (kernel) => {
      fc.assert(
        fc.property(contextCase, ({ model, multipliers, scales, quality, shape, symbols }) => {
          const size = shape.channels * shape.height * shape.width;
          const own = symbols.subarray(0, Math.min(symbols.length, size));
          const found: number[][] = [];
          new ContextPrior(model, multipliers, { kernel }).code(own.slice(), shape, quality, {
            code: (mixture, symbol) => {
              found.push(Array.from({ length: mixture.count + 1 }, (_, entry) => mixture.cumulative(entry)));
              return symbol;
            },
          });
          const expected = own.length === 0 ? [] : referenceFrequencies(model, scales, quality, own, shape);
          expect(found).toEqual(expected);
        }),
        { seed: 4, numRuns: 120 },
      );
    },
  );
});

describe('the choice of the kernel', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('is simd here, and plain where it is asked for', () => {
    expect(chooseKernel()).toBe('simd');
    expect(chooseKernel('plain')).toBe('plain');
    const model = randomContextModel();
    expect(new ContextPrior(model, [1]).kernel).toBe('simd');
    expect(new ContextPrior(model, [1], { kernel: 'plain' }).kernel).toBe('plain');
  });

  it.each([
    ['no WebAssembly', undefined],
    [
      'no SIMD, or no leave to compile',
      {
        Module: class {
          constructor() {
            throw new Error('wasm validation error');
          }
        },
      },
    ],
  ])('is plain where there is %s', (_, api) => {
    vi.stubGlobal('WebAssembly', api);
    expect(chooseKernel()).toBe('plain');
    expect(createKernel(randomContextModel()).name).toBe('plain');
    expect(() => chooseKernel('simd')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('is plain where typed arrays are big-endian', () => {
    // What `Uint16Array.of(1)` is there; a real machine of the kind is not at hand.
    vi.stubGlobal('Uint16Array', { of: () => Uint8Array.of(0, 1) });
    expect(chooseKernel()).toBe('plain');
    expect(() => chooseKernel('simd')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('loads a module of a few hundred bytes', () => {
    expect(simdModule().length).toBeLessThan(1000);
  });
});
