import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bareJpegBytes, bareWebpBytes } from './bare-bytes.js';

/** A file with and without a colour profile. */
async function files(format: 'jpeg' | 'webp'): Promise<{ bare: Uint8Array; profiled: Uint8Array }> {
  const image = sharp({ create: { width: 24, height: 16, channels: 3, background: '#c63' } });
  const [bare, profiled] = await Promise.all([
    image.clone().toFormat(format).toBuffer(),
    image.clone().withIccProfile('srgb').toFormat(format).toBuffer(),
  ]);
  return { bare, profiled };
}

describe.each([
  ['jpeg', bareJpegBytes],
  ['webp', bareWebpBytes],
] as const)('bytes of a %s file', (format, bytesOf) => {
  it('are those of the file without its colour profile', async () => {
    const { bare, profiled } = await files(format);
    expect(profiled.length).toBeGreaterThan(bare.length + 100);
    expect(bytesOf(bare)).toBe(bare.length);
    expect(bytesOf(profiled)).toBe(bare.length);
  });
});
