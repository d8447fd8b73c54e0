import { describe, expect, it } from 'vitest';
import { random } from './arbitraries.test.fixture.js';
import { RangeDecoder } from './range-decoder.js';
import { RangeEncoder } from './range-encoder.js';

/** Interval boundaries of a distribution that only this step of the stream uses. */
function adaptiveCdf(next: () => number): number[] {
  const cuts = Array.from({ length: 7 }, () => 1 + Math.floor(next() ** 3 * 65535));
  return [0, ...[...new Set(cuts)].sort((a, b) => a - b), 65536];
}

describe('range coder', () => {
  it('codes each symbol under a distribution of its own, bits between them', () => {
    const draw = random(2);
    const steps = Array.from({ length: 5000 }, () => {
      const cdf = adaptiveCdf(draw);
      return { cdf, index: Math.floor(draw() * (cdf.length - 1)), bits: Math.floor(draw() * 2 ** 13) };
    });
    const encoder = new RangeEncoder();
    for (const { cdf, index, bits } of steps) {
      encoder.encode(cdf[index]!, cdf[index + 1]!);
      encoder.encodeBits(bits, 13);
    }
    const decoder = new RangeDecoder(encoder.finish());
    for (const { cdf, index, bits } of steps) {
      const slot = decoder.slot();
      expect(cdf.findIndex((high) => slot < high) - 1).toBe(index);
      decoder.consume(cdf[index]!, cdf[index + 1]!);
      expect(decoder.decodeBits(13)).toBe(bits);
    }
    decoder.finish();
  });

  it('carries through long runs of 255', () => {
    // Narrowing to the top of the interval fills the bytes with 255; one step up at the end carries through them.
    for (let length = 1; length < 40; length++) {
      for (const last of [0, 1, 40_000, 65_535]) {
        const encoder = new RangeEncoder();
        encoder.encode(32_767, 32_769);
        for (let i = 0; i < length; i++) encoder.encode(32_767, 32_768 + (i % 3));
        encoder.encode(last, last + 1);
        const decoder = new RangeDecoder(encoder.finish());
        decoder.consume(32_767, 32_769);
        for (let i = 0; i < length; i++) {
          expect(decoder.slot()).toBeGreaterThanOrEqual(32_767);
          expect(decoder.slot()).toBeLessThan(32_768 + (i % 3));
          decoder.consume(32_767, 32_768 + (i % 3));
        }
        expect(decoder.slot()).toBe(last);
        decoder.consume(last, last + 1);
        decoder.finish();
      }
    }
  });

  it('counts the zeros it supplies past the end', () => {
    const decoder = new RangeDecoder(Uint8Array.of(0x80));
    expect(decoder.overread).toBe(5);
    expect(decoder.decodeBits(1)).toBe(1);
    decoder.finish();
    expect(decoder.overread).toBe(5);
  });

  it('finishes only on the bytes the encoder writes', () => {
    const half = (bytes: number[]) => {
      const decoder = new RangeDecoder(Uint8Array.from(bytes));
      expect(decoder.decodeBits(1)).toBe(1);
      decoder.finish();
    };
    half([0x80]);
    for (const bytes of [[0x81], [0x80, 0], [0x80, 0, 0, 0, 0, 0, 1], [0xff, 0xff]]) {
      expect(() => half(bytes)).toThrowError(expect.objectContaining({ code: 'DATA_INVALID' }));
    }
  });

  it('refuses intervals outside [0, 65536) and empty ones', () => {
    const encoder = new RangeEncoder();
    for (const [low, high] of [
      [-1, 5],
      [5, 5],
      [6, 5],
      [0, 65_537],
      [Number.NaN, 1],
    ] as const) {
      expect(() => encoder.encode(low, high)).toThrowError(RangeError);
    }
    expect(() => encoder.encodeBits(4, 2)).toThrowError(RangeError);
  });
});
