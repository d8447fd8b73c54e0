import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { toHex } from '../../bytes.js';
import { createDigest } from './digest.js';

const digest = createDigest();
const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);

it('gives the hash of FIPS 180-4 for "abc"', async () => {
  expect(toHex(await digest(new TextEncoder().encode('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 32767, 32768, 65536, 100_000, (1 << 18) + 1])(
  'gives the hash of node:crypto for %d bytes',
  async (length) => {
    const expected = createHash('sha256').update(message(length)).digest('hex');
    expect(toHex(await digest(message(length)))).toBe(expected);
    expect(toHex(await digest(message(length)))).toBe(expected);
  },
);
