import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHex } from '../bytes.js';
import { randomContextModel } from '../testing/random-context.js';
import { seededRandom } from '../testing/tiny-bundle.js';
import { type ContextCase, contextCase, decodeAll, encodeAll } from './arbitraries.test.fixture.js';
import { chooseKernel } from './choose-kernel.js';
import { ContextPrior } from './context-prior.js';
import { CONTEXT_KERNELS, type ContextKernelName } from './kernel.js';
import { KERNELS } from './kernels-wasm.js';
import { referenceFrequencies } from './reference.test.fixture.js';

/** Some cumulative frequencies of the symbols of latents, which are random, some of them at the ends of inputs. */
function frequenciesOf(
  kernel: ContextKernelName,
  { model, multipliers, quality, shape }: Omit<ContextCase, 'scales' | 'symbols'>,
  seed: number,
): number[][] {
  const random = seededRandom(seed);
  const found: number[][] = [];
  const latents = new Int32Array(4 * shape.channels * shape.height * shape.width);
  new ContextPrior(model, multipliers, { kernel }).code(latents, shape, quality, {
    code: (distribution) => {
      const { count } = distribution;
      found.push(Array.from({ length: 9 }, (_, i) => distribution.cumulative(Math.floor((i * count) / 8))));
      if (random() < 0.3) return 0;
      const extreme = random() < 0.2;
      return extreme ? (random() < 0.5 ? -2047 : 2047) : Math.floor(random() * 200) - 100;
    },
  });
  return found;
}

describe('the kernels', () => {
  it('find the same integers for models of all sizes', () => {
    fc.assert(
      fc.property(contextCase, fc.nat(), (drawn, seed) => {
        const [simd, plain] = CONTEXT_KERNELS.map((name) => frequenciesOf(name, drawn, seed));
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
      const shape = { channels: 3, height: 3, width: 3 };
      const [simd, plain] = CONTEXT_KERNELS.map((name) =>
        frequenciesOf(name, { model, multipliers: [1], quality: 0, shape }, 1),
      );
      expect(simd).toEqual(plain);
      expect(new Set(plain!.map(String)).size).toBeGreaterThan(5);
    }
  });

  it('find the same integers where a latent is coded in several pieces', () => {
    for (const [channels, height, width] of [
      [700, 3, 9],
      [1, 50, 100],
      [5, 40, 45],
    ] as const) {
      const model = randomContextModel({ channels, radius: 2 });
      const shape = { channels, height, width };
      const symbols = Int32Array.from({ length: 2 * channels * height * width }, (_, i) => (i * 7919) % 13);
      const [simd, plain] = CONTEXT_KERNELS.map((kernel) => new ContextPrior(model, [1], { kernel }));
      const bytes = encodeAll(symbols, simd!, shape, 0);
      expect(encodeAll(symbols, plain!, shape, 0)).toEqual(bytes);
      expect(decodeAll(bytes, symbols.length, simd!, shape, 0)).toEqual(symbols);
    }
  });

  it('read blocks in which every symbol is escaped as far as can be', () => {
    const shape = { channels: 2, height: 50, width: 60 };
    const symbols = Int32Array.from({ length: 6000 }, (_, i) => (i % 2 ? -(2 ** 31) : 2 ** 31 - 1));
    const prior = new ContextPrior(randomContextModel(), [1], { kernel: 'simd' });
    const bytes = encodeAll(symbols, prior, shape, 0);
    expect(bytes.length).toBeGreaterThan(8 * symbols.length);
    expect(decodeAll(bytes, symbols.length, prior, shape, 0)).toEqual(symbols);
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
            code: (distribution, symbol) => {
              found.push(
                Array.from({ length: distribution.count + 1 }, (_, entry) => distribution.cumulative(entry)),
              );
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
    expect(chooseKernel({ kernel: 'plain' })).toBe('plain');
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
    expect(new ContextPrior(randomContextModel(), [1]).kernel).toBe('plain');
    expect(() => chooseKernel({ kernel: 'simd' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('is simd where a compiled module is given and none may be compiled', () => {
    const module = new WebAssembly.Module(fromHex(KERNELS));
    const model = randomContextModel();
    const shape = { channels: 2, height: 2, width: 2 };
    const symbols = Int32Array.from({ length: 8 }, (_, i) => i - 4);
    const bytes = encodeAll(symbols, new ContextPrior(model, [1]), shape, 0);
    const { Instance } = WebAssembly;
    vi.stubGlobal('WebAssembly', { Instance });
    const prior = new ContextPrior(model, [1], { module });
    expect(prior.kernel).toBe('simd');
    expect(encodeAll(symbols, prior, shape, 0)).toEqual(bytes);
  });

  it('is plain where typed arrays are big-endian', () => {
    // What `Uint16Array.of(1)` is there; a real machine of the kind is not at hand.
    vi.stubGlobal('Uint16Array', { of: () => Uint8Array.of(0, 1) });
    expect(chooseKernel()).toBe('plain');
    expect(() => chooseKernel({ kernel: 'simd' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('loads a module that Chrome before 115 compiles on a page’s main thread', () => {
    expect(KERNELS.length / 2).toBeLessThanOrEqual(4096);
  });
});
