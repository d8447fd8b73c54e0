import type { Manifest } from '../bundle/manifest.js';
import { checkFinite } from '../checks.js';
import type { GraphSession } from './graph-session.js';

/** Both networks. */
export interface Networks {
  readonly encoder: GraphSession;
  readonly decoder: GraphSession;
}

/** Releases both networks. Errors do not matter: nobody uses these networks any more. */
export async function releaseBoth({ encoder, decoder }: Networks): Promise<void> {
  await Promise.allSettled([encoder.release(), decoder.release()]);
}

/** What both networks give for the probe image: all values, or those of `goldenVector`. */
export interface ProbeOutput {
  readonly latent: ArrayLike<number>;
  readonly reconstruction: ArrayLike<number>;
}

/**
 * The probe image as the encoder takes it: of the trained size, a pattern of all grey values with edges and slopes.
 * Integers below 2^24 only, so that every machine makes the same.
 */
export function probeInput({ image, normalisation }: Manifest): Float32Array {
  const length = image.channels * image.height * image.width;
  const pixel = (i: number): number => ((i * 7) ^ ((i >> 4) * 29)) & 255;
  return Float32Array.from({ length }, (_, i) => pixel(i) * normalisation.scale + normalisation.offset);
}

/**
 * A latent for bundles without an encoder, of the trained size: the golden values (or, where there are none, a pattern in
 * -1..1) spread over it in their order.
 */
function probeLatent({ latent, probe }: Manifest): Float32Array {
  const length = latent.channels * latent.height * latent.width;
  const values =
    probe?.latent ?? Array.from({ length }, (_, i) => (((i * 7) ^ ((i >> 4) * 29)) & 255) / 128 - 1);
  return Float32Array.from({ length }, (_, i) => values[Math.floor((i * values.length) / length)]!);
}

/** What runs the encoder on `count` probe images, or gives as many latents where there is none. */
export function probeEncoder(
  manifest: Manifest,
  { encoder }: Networks,
  count: number,
): () => Promise<Float32Array> {
  const { image, latent } = manifest;
  if (encoder.missing) {
    const latents = repeated(probeLatent(manifest), count);
    return async () => latents.slice();
  }
  const input = repeated(probeInput(manifest), count);
  return () => encoder.run(input, count, image, latent);
}

function repeated(one: Float32Array, count: number): Float32Array {
  const all = new Float32Array(one.length * count);
  for (let i = 0; i < count; i++) all.set(one, i * one.length);
  return all;
}

/**
 * Runs the probe image through both networks; without an encoder, a fixed latent through the decoder.
 * @throws ConvaeError NON_FINITE, and what a session throws.
 */
export async function runProbe(manifest: Manifest, networks: Networks): Promise<ProbeOutput> {
  const { image, latent: shape } = manifest;
  const latent = await probeEncoder(manifest, networks, 1)();
  checkFinite(latent, `the output of ${manifest.encoder.file}`);
  const reconstruction = await networks.decoder.run(latent, 1, shape, image);
  checkFinite(reconstruction, `the output of ${manifest.decoder.file}`);
  return { latent, reconstruction };
}
