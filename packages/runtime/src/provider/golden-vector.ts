import { MAX_PROBE_VALUES, type Manifest } from '../bundle/manifest.js';
import type { ProbeOutput } from './probe.js';

/** How far a latent value may lie from the golden one, in parts of the largest golden value (at least of 1). */
const LATENT_TOLERANCE = 1e-3;
/** How far a pixel may lie from the golden one, 0..255. */
const PIXEL_TOLERANCE = 1;

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
