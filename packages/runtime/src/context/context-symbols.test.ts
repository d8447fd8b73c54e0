import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeEncoder } from '../entropy/index.js';
import { ConvaeError } from '../errors.js';
import { randomContextModel } from '../testing/random-context.js';
import { seededRandom } from '../testing/tiny-bundle.js';
import { contextCase, decodeAll, encodeAll } from './arbitraries.test.fixture.js';
import { ContextPrior } from './context-prior.js';
import type { SymbolCoder } from './context-walker.js';
import { CONTEXT_KERNELS } from './kernel.js';
import type { Distribution } from './mixture.js';

/** Draws each symbol from its own distribution, the escapes left out, and counts the bits of an ideal coder. */
class Drawing implements SymbolCoder {
  bits = 0;
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  code(distribution: Distribution): number {
    for (;;) {
      const entry = distribution.find(Math.floor(this.#random() * 65_536));
      if (entry === 0 || entry === distribution.count - 1) continue;
      this.bits -= Math.log2((distribution.cumulative(entry + 1) - distribution.cumulative(entry)) / 65_536);
      return distribution.min + entry - 1;
    }
  }
}

const shape = { channels: 2, height: 3, width: 2 };
const model = randomContextModel({ multipliers: [6, 1] });
const prior = new ContextPrior(model, [6, 1]);

function drawn(count: number, quality: number, seed: number): { symbols: Int32Array; bits: number } {
  const symbols = new Int32Array(count * 12);
  const drawing = new Drawing(seed);
  prior.code(symbols, shape, quality, drawing);
  return { symbols, bits: drawing.bits };
}

/** What was decoded; undefined where the bytes are refused, as they must be. */
function attempt(decode: () => Int32Array): Int32Array | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(ConvaeError);
    expect(error).toMatchObject({ code: 'DATA_INVALID' });
    return undefined;
  }
}

describe('encodeContextSymbols and decodeContextSymbols', () => {
  it('round-trip any int32 symbols under any model, and every kernel writes the same bytes', () => {
    fc.assert(
      fc.property(contextCase, ({ model: drawnModel, multipliers, quality, shape: own, symbols }) => {
        const [first, second] = CONTEXT_KERNELS.map(
          (kernel) => new ContextPrior(drawnModel, multipliers, { kernel }),
        );
        const bytes = encodeAll(symbols, first!, own, quality);
        expect(encodeAll(symbols, second!, own, quality)).toEqual(bytes);
        expect(decodeAll(bytes, symbols.length, second!, own, quality)).toEqual(symbols);
        expect(decodeAll(bytes, symbols.length, first!, own, quality)).toEqual(symbols);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('escape the extremes of int32', () => {
    const symbols = Int32Array.of(
      -(2 ** 31),
      2 ** 31 - 1,
      0,
      2 ** 30,
      -(2 ** 30),
      32_767,
      -32_768,
      1,
      0,
      0,
      0,
      0,
    );
    for (const quality of [0, 1]) {
      expect(decodeAll(encodeAll(symbols, prior, shape, quality), 12, prior, shape, quality)).toEqual(
        symbols,
      );
    }
  });

  it('spend at least the ideal code length and at most 0.1 % and 2 bytes more', () => {
    for (const quality of [0, 1]) {
      for (const [count, seed] of [
        [1, 1],
        [1, 2],
        [20, 3],
        [1500, 4],
      ] as const) {
        const { symbols, bits } = drawn(count, quality, seed);
        const coded = 8 * encodeAll(symbols, prior, shape, quality).length;
        expect(coded).toBeLessThanOrEqual(bits * 1.001 + 16);
        if (count > 100) expect(coded).toBeGreaterThan(bits - 16);
      }
    }
  });

  it('depend on earlier symbols of the same image alone', () => {
    const { symbols } = drawn(2, 1, 9);
    const seen = (changed: Int32Array): number[] => {
      const found: number[] = [];
      prior.code(changed, shape, 1, {
        code: (distribution, symbol) => {
          found.push(distribution.cumulative(distribution.count >> 1));
          return symbol;
        },
      });
      return found;
    };
    const before = seen(symbols.slice());
    const changed = symbols.slice();
    // Row 1, column 0, channel 1 of the first image: the sixth symbol in the order of coding.
    changed[6 + 2]! += 5;
    const after = seen(changed);
    expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
    expect(after.slice(6, 12)).not.toEqual(before.slice(6, 12));
    expect(after.slice(12)).toEqual(before.slice(12));
  });

  it('pass over channels that are not coded: no bits, and the others as beside zeros', () => {
    const every = [64, 128];
    const all = randomContextModel({ scales: [every, every] });
    const one = { ...all, scales: all.scales!.slice(), log2Scales: all.log2Scales.slice() };
    one.scales[0] = one.log2Scales[0] = 0;
    const [whole, some] = [all, one].map((each) => new ContextPrior(each, undefined)) as [
      ContextPrior,
      ContextPrior,
    ];
    const { symbols } = drawn(20, 1, 11);
    for (let i = 0; i < symbols.length; i++) if (i % 12 < 6) symbols[i] = 0;
    const seen = (tried: ContextPrior): number[][] => {
      const found: number[][] = [];
      tried.code(symbols.slice(), shape, 0, {
        code: (distribution, symbol) => {
          found.push(
            Array.from({ length: distribution.count }, (_, entry) => distribution.cumulative(entry)),
          );
          return symbol;
        },
      });
      return found;
    };
    expect(seen(some)).toEqual(seen(whole).filter((_, i) => i % 2 === 1));
    expect(decodeAll(encodeAll(symbols, some, shape, 0), symbols.length, some, shape, 0)).toEqual(symbols);
    expect(some.leastBits(0, shape)).toBeLessThan(whole.leastBits(0, shape));
    expect(some.products(0, shape)).toBeLessThan(whole.products(0, shape));
  });

  it('are done in pieces that add up', () => {
    const wide = { channels: 2, height: 70, width: 90 };
    const symbols = new Int32Array(2 * 12_600);
    const pieces = [...prior.steps(symbols, wide, 1, { code: (_, symbol) => symbol })];
    expect(Math.max(...pieces)).toBeLessThanOrEqual(4096);
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(symbols.length);
  });

  it('refuse truncations of a stream, but those that are another one', () => {
    const { symbols } = drawn(10, 1, 5);
    const bytes = encodeAll(symbols, prior, shape, 1);
    let refused = 0;
    for (let end = 0; end < bytes.length; end++) {
      const cut = bytes.subarray(0, end);
      const decoded = attempt(() => decodeAll(cut, symbols.length, prior, shape, 1));
      if (decoded === undefined) refused++;
      else expect(encodeAll(decoded, prior, shape, 1)).toEqual(cut);
    }
    expect(bytes.length).toBeGreaterThan(40);
    expect(refused).toBeGreaterThan(0.9 * bytes.length);
  });

  it('refuse or decode damaged bytes, and accept only what the encoder writes', () => {
    let refused = 0;
    let tried = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), fc.nat(1), (bytes, count, quality) => {
        tried++;
        const symbols = attempt(() => decodeAll(bytes, 12 * count, prior, shape, quality));
        if (symbols === undefined) refused++;
        else expect(Buffer.compare(encodeAll(symbols, prior, shape, quality), bytes)).toBe(0);
      }),
      { seed: 3, numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(0.9 * tried);
  });

  it('refuse an escape whose side is not that of its entry', () => {
    const one = { channels: 2, height: 1, width: 1 };
    const encoder = new RangeEncoder();
    prior.code(new Int32Array(2), one, 1, {
      code: (distribution) => {
        encoder.encode(0, distribution.cumulative(1));
        // Above, where the entry said below.
        for (const bit of [0, 0]) encoder.encodeBits(bit, 1);
        return 0;
      },
    });
    expect(() => decodeAll(encoder.finish(), 2, prior, one, 1)).toThrow('on the wrong side');
  });
});

describe('the least bits of a latent', () => {
  it('are below those of any symbols', () => {
    fc.assert(
      fc.property(contextCase, ({ model: drawnModel, multipliers, quality, shape: own, symbols }) => {
        const tried = new ContextPrior(drawnModel, multipliers);
        const images = symbols.length / (own.channels * own.height * own.width);
        const bits = 8 * encodeAll(symbols, tried, own, quality).length;
        expect(images * tried.leastBits(quality, own)).toBeLessThanOrEqual(bits + 16);
      }),
      { seed: 8, numRuns: 100 },
    );
    expect(prior.leastBits(1, shape)).toBeGreaterThan(0);
  });
});
