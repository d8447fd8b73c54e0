import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { bytesField, enumField, readFields, varintField, writeFields } from './fields.js';

const LIST = [varintField('count', 1, 1000), enumField('kind', ['a', 'b']), bytesField('hash', 2)] as const;
const code = (value: string) => expect.objectContaining({ code: value });
const read = (...bytes: number[]) => readFields(LIST, new ByteReader(Uint8Array.from(bytes)));

describe('varints', () => {
  it('hold any integer below 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new ByteWriter().varint(value).result();
        expect(new ByteReader(bytes).varint(Number.MAX_SAFE_INTEGER)).toBe(value);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['padded', [0x81, 0x00], 'DATA_INVALID'],
    ['padded for ever', new Array(100).fill(0x80), 'DATA_INVALID'],
    ['above the limit', [0xff, 0x7f], 'LIMIT_EXCEEDED'],
    ['huge', new Array(100).fill(0xff), 'LIMIT_EXCEEDED'],
    ['cut short', [0x81], 'DATA_TRUNCATED'],
  ])('are refused where %s', (_, bytes, expected) => {
    expect(() => new ByteReader(Uint8Array.from(bytes)).varint(1000)).toThrowError(code(expected));
  });
});

describe('a list of fields', () => {
  it('reads what it wrote', () => {
    const values = { count: 300, kind: 'b', hash: Uint8Array.of(7, 9) } as const;
    const writer = new ByteWriter();
    writeFields(LIST, writer, values);
    expect([...writer.result()]).toEqual([0xac, 2, 1, 7, 9]);
    expect(read(...writer.result())).toEqual(values);
  });

  it('refuses values out of range in both directions', () => {
    expect(() => read(0, 0, 1, 2)).toThrowError(code('DATA_INVALID'));
    expect(() => read(1, 2, 1, 2)).toThrowError(code('VERSION_UNSUPPORTED'));
    expect(() => read(1, 1, 1)).toThrowError(code('DATA_TRUNCATED'));
    const write = (count: number, length: number) =>
      writeFields(LIST, new ByteWriter(), { count, kind: 'a', hash: new Uint8Array(length) });
    expect(() => write(0, 2)).toThrowError(RangeError);
    expect(() => write(1.5, 2)).toThrowError(RangeError);
    expect(() => write(1, 3)).toThrowError(RangeError);
  });
});
