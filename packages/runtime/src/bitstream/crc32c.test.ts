import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';

const bytes = (length: number, value: (i: number) => number) =>
  Uint8Array.from({ length }, (_, i) => value(i));

describe('crc32c', () => {
  // RFC 3720, appendix B.4; the last one is the usual check value.
  it.each([
    ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
    ['32 ones', bytes(32, () => 255), 0x62a8ab43],
    ['0 to 31', bytes(32, (i) => i), 0x46dd794e],
    ['31 to 0', bytes(32, (i) => 31 - i), 0x113fdb5c],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('gives the published value for %s', (_, input, expected) => {
    expect(crc32c(input)).toBe(expected);
  });

  it('goes on from an earlier checksum at any place', () => {
    const input = bytes(61, (i) => (i * i) & 255);
    for (let cut = 0; cut <= input.length; cut++) {
      expect(crc32c(input.subarray(cut), crc32c(input.subarray(0, cut)))).toBe(crc32c(input));
    }
  });
});
