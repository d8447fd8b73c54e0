import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { randomContextModel } from '../testing/random-context.js';
import { parseContext, serializeContext } from './context-file.js';
import type { ContextModel } from './context-model.js';

const model = randomContextModel({ multipliers: [6, 3, 1] });
const bytes = serializeContext(model);

/** The file of the model with some numbers changed. */
const changed = (changes: Partial<ContextModel>): Uint8Array => serializeContext({ ...model, ...changes });

describe('the file of a context model', () => {
  it('gives back every number', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          channels: fc.integer({ min: 1, max: 9 }),
          gridHeight: fc.integer({ min: 1, max: 5 }),
          gridWidth: fc.integer({ min: 1, max: 5 }),
          radius: fc.integer({ min: 0, max: 3 }),
          hidden1: fc.integer({ min: 1, max: 40 }),
          hidden2: fc.integer({ min: 1, max: 40 }),
          components: fc.integer({ min: 1, max: 8 }),
          gains: fc.boolean(),
        }),
        ({ gains, ...options }) => {
          const scales = [0, 1].map((q) =>
            Array.from({ length: options.channels }, (_, k) => (k % 2 ? 0 : 64 + q + k)),
          );
          const written = randomContextModel(gains ? { ...options, scales } : options);
          expect(parseContext(serializeContext(written))).toEqual(written);
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  it('is refused where it is cut, or anything follows it', () => {
    for (let end = 0; end < bytes.length; end++)
      expect(() => parseContext(bytes.subarray(0, end))).toThrow(
        expect.objectContaining({ code: 'DATA_TRUNCATED' }),
      );
    expect(() => parseContext(Uint8Array.of(...bytes, 0))).toThrow('1 bytes follow');
  });

  it.each([
    [0, 0, 'DATA_INVALID', 'no context model'],
    [4, 3, 'VERSION_UNSUPPORTED', 'version 3'],
    [5, 0, 'DATA_INVALID', 'has the channels 0'],
    [6, 255, 'LIMIT_EXCEEDED', 'channels'],
    [11, 4, 'LIMIT_EXCEEDED', 'radius'],
    [14, 3, 'LIMIT_EXCEEDED', 'hidden1'],
    [17, 9, 'LIMIT_EXCEEDED', 'components'],
    [19, 17, 'LIMIT_EXCEEDED', 'qualities'],
  ])('is refused with byte %i = %i', (at, value, code, message) => {
    const damaged = bytes.slice();
    damaged[at] = value;
    expect(() => parseContext(damaged)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('is refused where it claims more numbers than are read, before memory is taken', () => {
    const damaged = bytes.slice();
    damaged.set([255, 15, 0, 64, 0, 64], 5);
    expect(() => parseContext(damaged)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining('more than 8388608'),
      }),
    );
  });

  it.each([
    [{ ranges: Int16Array.of(0, 1, 5, 4) }, 'the range 5..4 for channel 1'],
    [{ log2Scales: Int16Array.of(1, -1, 0) }, 'the logarithm -1'],
    [{ log2Scales: Int16Array.of(4097, 1, 0) }, 'the logarithm 4097'],
    [
      { scales: Uint16Array.of(64, 64, 128, 64, 0, 1), log2Scales: Int16Array.of(0, 0, 253, 0, 0, -1536) },
      'the logarithm 253',
    ],
    [{ shift1: new Uint8Array(12).fill(25) }, 'shifts by 25 bits'],
    [{ shift2: new Uint8Array(9).fill(255) }, 'shifts by 255 bits'],
    [{ shift3: new Uint8Array(12).fill(25) }, 'shifts by 25 bits'],
  ])('holds no model with %j', (changes, message) => {
    expect(() => changed(changes)).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('holds no model with arrays of a wrong length', () => {
    expect(() => changed({ w2: new Int8Array(7) })).toThrow('expected 108 numbers for w2, received 7');
  });

  it('holds no model whose accumulators could leave int32', () => {
    const sizes = { channels: 400, radius: 3, hidden1: 1, gridHeight: 1, gridWidth: 1 };
    const wide = randomContextModel(sizes);
    const heaviest = { ...wide, w1: wide.w1.slice().fill(-128) };
    expect(() => serializeContext(heaviest)).toThrow('which int32 does not hold');
    expect(serializeContext(wide).length).toBeGreaterThan(400 * 25);
  });

  it('ends every mutation of its bytes in a model or a ConvaeError', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          expect(Buffer.compare(serializeContext(parseContext(damaged)), damaged)).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ConvaeError);
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});
