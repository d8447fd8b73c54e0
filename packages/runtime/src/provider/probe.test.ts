import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../bundle/files.js';
import { type Bundle, loadBundle } from '../bundle/load.js';
import { createTinyBundle, encodeManifest } from '../testing/tiny-bundle.js';
import { goldenVector, probeProblem } from './golden-vector.js';
import { measureRun } from './measure-run.js';
import { openSessions, type ProviderOptions } from './open-sessions.js';
import { type ProbeOutput, probeInput, runProbe } from './probe.js';

const cpu: ProviderOptions = { executionProviders: ['cpu'], baseProvider: 'cpu', strict: false };
const bundle: Bundle = await loadBundle(await createTinyBundle({ scale: 2 / 255, offset: -1 }));
const { manifest } = bundle;
const sessions = await openSessions(ort, bundle, cpu);
const output = await runProbe(manifest, sessions);

/** The bundle with this golden vector in its manifest, read as any other. */
async function withProbe(probe: object): Promise<Bundle> {
  const tiny = await createTinyBundle({ scale: 2 / 255, offset: -1 });
  tiny.contents.set(MANIFEST_FILE, encodeManifest({ ...tiny.manifest, probe }));
  return loadBundle(tiny);
}

describe('the probe image', () => {
  it('is the same for ever: golden vectors depend on it', () => {
    const pixels = Array.from(probeInput(manifest), (value) => Math.round(((value + 1) / 2) * 255));
    expect(pixels.join(' ')).toMatchInlineSnapshot(
      `"0 7 14 21 28 35 42 49 56 63 70 77 84 91 98 105 109 106 99 152 145 142 135 188 181 178 171 160 217 214 207 196 218 221 212 207 198 57 48 43 34 37 28 23 14 1 120 115 7 0 9 50 59 36 45 214 223 216 193 202 243 252 229 238"`,
    );
  });
});

describe('a golden vector', () => {
  const golden = goldenVector(output);

  it('is kept in the manifest and computed again', async () => {
    const kept = await withProbe(golden);
    expect(kept.manifest.probe).toEqual(golden);
    const opened = await openSessions(ort, kept, cpu);
    expect(opened.executionProvider).toBe('cpu');
    await Promise.all([opened.encoder.release(), opened.decoder.release()]);
  });

  it.each([
    ['latent', { ...golden, latent: golden.latent.map((value, i) => value + (i === 3 ? 0.01 : 0)) }],
    ['reconstruction', { ...golden, reconstruction: golden.reconstruction.map((value) => value + 0.02) }],
    ['latent', { ...golden, latent: golden.latent.slice(1) }],
  ])('refuses networks that give another %s', async (name, probe) => {
    await expect(openSessions(ort, await withProbe(probe), cpu)).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringContaining(name),
    });
  });

  it('takes what other machines compute: the last bits differ', () => {
    const near = (values: ArrayLike<number>, by: number) => Array.from(values, (value) => value + by);
    const other: ProbeOutput = {
      latent: near(output.latent, 5e-4),
      reconstruction: near(output.reconstruction, manifest.normalisation.scale * 0.9),
    };
    expect(probeProblem(manifest, output, other)).toBeUndefined();
    expect(probeProblem(manifest, golden, other)).toBeUndefined();
    const far = { ...other, latent: near(output.latent, 5e-3) };
    expect(probeProblem(manifest, output, far)).toContain('latent value 0');
    const nan = { ...other, latent: near(output.latent, Number.NaN) };
    expect(probeProblem(manifest, output, nan)).toContain('latent value 0');
  });
});

describe('measureRun', () => {
  it('gives the time of a run', async () => {
    expect(await measureRun(manifest, sessions, 8)).toBeGreaterThan(0);
  });
});

describe('auto', () => {
  it('takes the base provider where it is the only one that works, and says why the others were passed over', async () => {
    const opened = await openSessions(ort, bundle, {
      ...cpu,
      executionProviders: 'auto',
      available: ['cpu', 'wasm', 'cuda'],
      whyUnavailable: (provider) => (provider === 'cuda' ? 'no card' : undefined),
    });
    expect(opened.executionProvider).toBe('cpu');
    expect(opened.passedOver).toEqual([
      { provider: 'wasm', reason: expect.stringContaining('backend not found') },
      { provider: 'cuda', reason: 'no card' },
    ]);
  });
});
