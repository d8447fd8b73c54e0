import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomPixelModel } from '../testing/lossless-bundle.js';
import { type PixelModel, parsePixels, serializePixels } from './pixel-model.js';

const model = randomPixelModel({
  channels: 3,
  radius: 1,
  hidden1: 5,
  hidden2: 3,
  gridHeight: 2,
  gridWidth: 3,
});
const bytes = serializePixels(model);

/** The file of the model with some numbers changed. */
const changed = (changes: Partial<PixelModel>): Uint8Array => serializePixels({ ...model, ...changes });

describe('the file of a pixel context model', () => {
  it('gives back every number', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          channels: fc.constantFrom(1, 3, 4),
          gridHeight: fc.integer({ min: 1, max: 5 }),
          gridWidth: fc.integer({ min: 1, max: 5 }),
          radius: fc.integer({ min: 2, max: 5 }),
          hidden1: fc.integer({ min: 1, max: 20 }),
          hidden2: fc.integer({ min: 1, max: 20 }),
          components: fc.integer({ min: 2, max: 8 }),
          copies: fc.boolean(),
          bases: fc.integer({ min: 1, max: 4 }),
        }),
        (options) => {
          const written = randomPixelModel(options);
          expect(parsePixels(serializePixels(written))).toEqual(written);
        },
      ),
      { seed: 5, numRuns: 50 },
    );
  });

  it('is refused where it is cut, or anything follows it', () => {
    for (let end = 0; end < bytes.length; end++)
      expect(() => parsePixels(bytes.subarray(0, end))).toThrow(
        expect.objectContaining({ code: 'DATA_TRUNCATED' }),
      );
    expect(() => parsePixels(Uint8Array.of(...bytes, 0))).toThrow('1 bytes follow');
  });

  it.each([
    [3, 0, 'DATA_INVALID', 'no pixel context model'],
    [4, 3, 'VERSION_UNSUPPORTED', 'version 3'],
    [5, 0, 'DATA_INVALID', 'has the channels 0'],
    [5, 5, 'LIMIT_EXCEEDED', 'channels'],
    [11, 0, 'DATA_INVALID', 'radius 0'],
    [11, 6, 'LIMIT_EXCEEDED', 'radius'],
    [14, 3, 'LIMIT_EXCEEDED', 'hidden1'],
    [17, 9, 'LIMIT_EXCEEDED', 'components'],
    [19, 5, 'LIMIT_EXCEEDED', 'bases'],
    [21, 17, 'DATA_INVALID', '2^17'],
  ])('is refused with byte %i = %i', (at, value, code, message) => {
    const damaged = bytes.slice();
    damaged[at] = value;
    const refused = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => parsePixels(damaged)).toThrow(refused);
  });

  it.each(['radius', 'components'] as const)('with copies is refused with the %s 1', (name) => {
    const small = randomPixelModel({ copies: true, radius: 2, [name]: 1 });
    expect(() => serializePixels(small)).toThrow(`with copies has the ${name} 1`);
  });

  it('is refused with two channels', () => {
    expect(() => serializePixels(randomPixelModel({ channels: 2 }))).toThrow('channels 2');
  });

  it('is refused where a shift is too large, or an accumulator could leave int32', () => {
    expect(() => changed({ shift2: model.shift2.map(() => 25) })).toThrow('shifts by 25 bits');
    const large = (array: Int16Array): Int16Array => array.map(() => 32767);
    expect(() => changed({ w2: large(model.w2) })).not.toThrow();
    const wide = randomPixelModel({ hidden1: 30, hidden2: 30 });
    for (const name of ['w2', 'w3'] as const)
      expect(() => serializePixels({ ...wide, [name]: large(wide[name]) })).toThrow('int32');
    const biased = { biasShifts: Uint8Array.of(16, 6, 6), positionBias: large(model.positionBias) };
    expect(() => changed(biased)).toThrow('int32');
    expect(() => changed({ biasShifts: Uint8Array.of(6, 16, 6), bias2: large(model.bias2) })).toThrow(
      'int32',
    );
  });

  it('is refused where it would be larger than a reader takes, before memory is taken', () => {
    const head = bytes.slice(0, 400);
    head.set([0, 64], 7);
    head.set([0, 64], 9);
    expect(() => parsePixels(head)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});
