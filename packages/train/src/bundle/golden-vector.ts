import { disableTelemetry } from '@convae/runtime';
import { goldenVector, loadBundle, type Manifest, openSessions, runProbe } from '@convae/runtime/core';
import * as ort from 'onnxruntime-node';
import { memoryFiles } from './tables/build-coding.js';

/**
 * Runs the probe image through the graphs of a bundle on the CPU (FORMAT.md, "Probe").
 * @param manifest the bundle's, without coding.
 * @param graphs the bytes of both graphs by file name.
 * @throws ConvaeError GRAPH_INVALID, NON_FINITE.
 */
export async function goldenVectorOf(
  manifest: Manifest,
  graphs: Readonly<Record<string, Uint8Array>>,
): Promise<NonNullable<Manifest['probe']>> {
  const bundle = await loadBundle(memoryFiles(manifest, graphs));
  disableTelemetry();
  const sessions = await openSessions(ort, bundle, {
    executionProviders: ['cpu'],
    baseProvider: 'cpu',
    strict: true,
    threads: 1,
  });
  try {
    return goldenVector(await runProbe(bundle.manifest, sessions));
  } finally {
    await Promise.all([sessions.encoder.release(), sessions.decoder.release()]);
  }
}
