import { type Codec, sha256Hex } from '@convae/runtime/core';

/** The bundles whose pixels are stored: a plain one, one with priors, one of photos, one that resizes. */
export const PIXEL_BUNDLES = [
  'mnist-reference',
  'mnist-rate-medium',
  'photo',
  'mnist-upsample-bilinear',
] as const;

/** SHA-256 of float32 latents and of uint8 and float32 pixels that a codec makes of three images of a pattern. */
export async function pixelHashes(
  codec: Codec,
): Promise<{ latents: string; pixels: string; floats: string }> {
  const { channels, height, width } = codec.manifest.image;
  const count = 3;
  const data = Uint8Array.from(
    { length: count * height * width * channels },
    (_, i) => ((i * 7) ^ ((i >> 4) * 29) ^ Math.floor(i / 5000)) & 255,
  );
  const latents = await codec.embed({ data, count, height, width, channels });
  const size = { height, width };
  const pixels = await codec.reconstruct(latents, size);
  const floats = await codec.reconstruct(latents, { ...size, output: 'float32' });
  return {
    latents: await sha256Hex(bytesOf(latents.data)),
    pixels: await sha256Hex(bytesOf(pixels.data)),
    floats: await sha256Hex(bytesOf(floats.data)),
  };
}

/** The bytes of values in memory: little-endian on every machine that runs JavaScript today. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
