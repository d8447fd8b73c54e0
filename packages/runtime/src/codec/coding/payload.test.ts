import { describe, expect, it } from 'vitest';
import { LEAST_CHUNK_BYTES, MAX_CHUNK_IMAGES } from '../../bitstream/index.js';
import { loadBundle } from '../../bundle/load.js';
import { encodeSymbols, finish, RangeEncoder } from '../../entropy/index.js';
import { quantize, type SymbolBatch } from '../../entropy/quantizer.js';
import type { ItemShape, LatentBatch } from '../../image.js';
import { createCodedBundle } from '../../testing/coded-bundle.js';
import { seededRandom } from '../../testing/tiny-bundle.js';
import { EntropyModel } from './entropy-model.js';
import { mostImages } from './most-images.js';
import { decodePayload, MAX_CONTEXT_PRODUCTS } from './payload.js';
import { encodePayload } from './payload-encoder.js';

async function modelOf(tables: 'channel' | 'position' | 'both'): Promise<EntropyModel> {
  const { manifest, coding } = await loadBundle(await createCodedBundle({ tables }));
  return new EntropyModel(manifest, coding);
}

async function contextModel(): Promise<EntropyModel> {
  const { manifest, coding } = await loadBundle(await createCodedBundle({ context: true }));
  return new EntropyModel(manifest, coding);
}

/** Latents much like the tiny encoder's: many zeros, some values, a few far out. */
function latentsOf(count: number, shape: ItemShape): LatentBatch {
  const random = seededRandom(count);
  const data = Float32Array.from({ length: count * shape.channels * shape.height * shape.width }, () =>
    random() < 0.01 ? 40 * random() - 20 : Math.max(0, 2 * random() - 0.5),
  );
  return { data, count, ...shape };
}

/** Bits of the symbols under the model's tables, the escaped ones' extra bits included. */
function idealBits(model: EntropyModel, quality: number, { data, ...shape }: SymbolBatch): number {
  const { tables } = model.at(quality);
  const index = model.tableIndex(shape);
  return data.reduce((bits, symbol, i) => {
    const table = index[i % index.length]!;
    const [size, offset] = [tables.sizes[table]!, symbol - tables.mins[table]!];
    const regular = offset >= 0 && offset < size;
    const at = tables.starts[table]! + (regular ? offset : size);
    const distance = offset < 0 ? -offset : offset - size + 1;
    const extra = regular ? 0 : 2 + 2 * Math.floor(Math.log2(distance));
    return bits - Math.log2((tables.cdf[at + 1]! - tables.cdf[at]!) / 65536) + extra;
  }, 0);
}

function encode(model: EntropyModel, quality: number, latents: LatentBatch): Uint8Array {
  return finish(encodePayload(model, latents, { quality, prior: 'factorized' }));
}

const factorized = { prior: 'factorized' } as const;
const own = { channels: 2, height: 2, width: 2 };
const large = { channels: 2, height: 5, width: 9 };

describe('a payload', () => {
  it.each([
    ['both', own],
    ['both', large],
    ['channel', own],
    ['channel', large],
    ['position', own],
  ] as const)(
    'with tables %s gives back the symbols of %j, within 0.1%% + 2 bytes of the ideal',
    async (tables, shape) => {
      const model = await modelOf(tables);
      for (const count of [1, 2, 50, 800]) {
        for (let quality = 0; quality < 4; quality++) {
          const latents = latentsOf(count, shape);
          const symbols = quantize(latents, model.at(quality).quantizer);
          const payload = encode(model, quality, latents);
          expect(finish(decodePayload(model, payload, { ...factorized, quality, count, shape }))).toEqual(
            symbols,
          );
          const ideal = idealBits(model, quality, symbols) / 8;
          expect(payload.length).toBeLessThanOrEqual(1.001 * ideal + 2);
          expect(payload.length).toBeGreaterThanOrEqual(ideal - 2);
        }
      }
    },
  );

  it('too short for what it claims to hold is refused before memory is taken', async () => {
    const model = await modelOf('both');
    const claims = [
      { count: 65536, shape: own },
      { count: 65536, shape: { channels: 2, height: 4096, width: 4096 } },
      { count: 1, shape: { channels: 2, height: 4096, width: 4096 } },
    ];
    for (const claim of claims) {
      const decode = () =>
        finish(decodePayload(model, new Uint8Array(50), { ...factorized, quality: 3, ...claim }));
      expect(decode).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
      expect(decode).toThrow('cannot hold');
    }
  });
});

describe('a payload with the context prior', () => {
  it.each([own, large])('gives back the symbols of %j', async (shape) => {
    const model = await contextModel();
    for (const count of [1, 3, 40]) {
      for (let quality = 0; quality < 4; quality++) {
        const latents = latentsOf(count, shape);
        const payload = finish(encodePayload(model, latents, { quality, prior: 'context' }));
        const head = { quality, count, shape, prior: 'context' } as const;
        const symbols = quantize(latents, model.at(quality).quantizer);
        expect(finish(decodePayload(model, payload, head))).toEqual(symbols);
      }
    }
  });

  it('too short for what it claims to hold is refused before memory is taken', async () => {
    const model = await contextModel();
    const shape = { channels: 2, height: 4096, width: 4096 };
    for (const count of [1, 65536]) {
      const decode = () =>
        finish(decodePayload(model, new Uint8Array(50), { quality: 3, prior: 'context', count, shape }));
      expect(decode).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
      expect(decode).toThrow('cannot hold');
    }
  });

  it('that would take too long to decode is refused before it is begun', async () => {
    const model = await contextModel();
    const shape = { channels: 2, height: 16_384, width: 16_384 };
    const head = { quality: 3, prior: 'context', count: 1, shape } as const;
    expect(model.context().products(0, shape)).toBeGreaterThan(MAX_CONTEXT_PRODUCTS);
    expect(() => finish(decodePayload(model, new Uint8Array(4 << 20).fill(85), head))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('factorized') }),
    );
  });
});

describe('the least bits of a latent', () => {
  it.each(['channel', 'position', 'both'] as const)(
    'with tables %s are those of its likeliest symbols',
    async (tables) => {
      const model = await modelOf(tables);
      const { leastBits } = model.at(2);
      const expected = model.tableIndex(own).reduce((sum, table) => sum + leastBits[table]!, 0);
      expect(model.leastBits(2, own)).toBeCloseTo(expected, 9);
    },
  );
});

/** The payload of so many images whose symbols are the likeliest of their tables: no other one is shorter. */
function shortestPayload(model: EntropyModel, quality: number, count: number): Uint8Array {
  const { tables } = model.at(quality);
  const index = model.tableIndex(own);
  const likeliest = Int32Array.from(index, (table) => {
    const [start, size] = [tables.starts[table]!, tables.sizes[table]!];
    const widths = Array.from(
      { length: size },
      (_, i) => tables.cdf[start + i + 1]! - tables.cdf[start + i]!,
    );
    return tables.mins[table]! + widths.indexOf(Math.max(...widths));
  });
  const encoder = new RangeEncoder();
  for (let i = 0; i < count; i++) encodeSymbols(encoder, likeliest, tables, index);
  return encoder.finish();
}

describe('the most images that a container can hold', () => {
  it('are no fewer than fit, and hardly more', async () => {
    const model = await modelOf('both');
    for (let quality = 0; quality < 4; quality++) {
      for (const count of [1, 2, 10, 100, 5000]) {
        const bytes = LEAST_CHUNK_BYTES + shortestPayload(model, quality, count).length;
        const most = mostImages(model, bytes, { ...factorized, quality, shape: own });
        const slack = Math.ceil(17 / model.leastBits(quality, own));
        expect(most).toBeGreaterThanOrEqual(count);
        expect(most).toBeLessThanOrEqual(1.01 * count + 2 * slack);
      }
    }
  });

  it('are none where no chunk fits, and never more than its chunks may hold', async () => {
    const model = await contextModel();
    const head = { prior: 'context', quality: 0, shape: { channels: 2, height: 1, width: 1 } } as const;
    expect(mostImages(model, LEAST_CHUNK_BYTES - 1, head)).toBe(0);
    expect(mostImages(model, 2 ** 40, head)).toBeLessThanOrEqual(
      Math.floor(2 ** 40 / LEAST_CHUNK_BYTES) * MAX_CHUNK_IMAGES,
    );
  });
});
