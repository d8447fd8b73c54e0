import { MAX_PROBE_VALUES, type Manifest } from '../bundle/manifest.js';
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

/** What both networks give for the probe image: all values, or those of {@link goldenVector}. */
export interface ProbeOutput {
  readonly latent: ArrayLike<number>;
  readonly reconstruction: ArrayLike<number>;
}

/** How far a latent value may lie from the golden one, in parts of the largest golden value (at least of 1). */
const LATENT_TOLERANCE = 1e-3;
/** How far a pixel may lie from the golden one, 0..255. */
const PIXEL_TOLERANCE = 1;

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

/** The golden vector that a bundle keeps in its manifest: some values of a probe run, as `probe` there. */
export function goldenVector({ latent, reconstruction }: ProbeOutput): NonNullable<Manifest['probe']> {
  return { latent: spread(latent), reconstruction: spread(reconstruction) };
}

/** At most {@link MAX_PROBE_VALUES} values, evenly spread, with 7 digits. */
function spread(values: ArrayLike<number>): number[] {
  const count = Math.min(MAX_PROBE_VALUES, values.length);
  return Array.from({ length: count }, (_, k) =>
    Number(values[Math.floor((k * values.length) / count)]!.toPrecision(7)),
  );
}

/**
 * Compares a probe run with a golden one.
 * @param golden All values, or those of {@link goldenVector}.
 * @returns What is wrong, or undefined.
 */
export function probeProblem(
  { normalisation }: Manifest,
  golden: ProbeOutput,
  output: ProbeOutput,
): string | undefined {
  const pixelTolerance = PIXEL_TOLERANCE * normalisation.scale;
  const largest = Array.from(golden.latent).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return (
    difference('latent', golden.latent, output.latent, LATENT_TOLERANCE * largest) ??
    difference('reconstruction', golden.reconstruction, output.reconstruction, pixelTolerance)
  );
}

function difference(
  name: string,
  golden: ArrayLike<number>,
  output: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  const received = golden.length === output.length ? output : spread(output);
  if (received.length !== golden.length)
    return `the golden vector has ${golden.length} values of the ${name}, expected ${received.length}`;
  const at = Array.from(golden).findIndex((value, i) => !(Math.abs(value - received[i]!) <= tolerance));
  if (at < 0) return undefined;
  const found = `${name} value ${at} is ${received[at]}, expected ${golden[at]}`;
  return `its results differ from the bundle’s golden vector: ${found}`;
}
