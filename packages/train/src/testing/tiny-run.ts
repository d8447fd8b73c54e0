import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageChannels } from '@convae/runtime/core';
import { exportBundle } from '../bundle/index.js';
import type { LabelledImages } from '../dataset/types.js';
import type { EvaluateOptions } from '../evaluation/evaluate.js';
import { buildLayersNetwork } from '../model/build.js';
import { describeLayers } from '../model/describe.js';
import { initialParameters } from '../model/initialise.js';
import { parseSpec } from '../model/parse.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureInput, ArchitectureSpec } from '../model/spec.js';
import { loadBackend } from '../setup/index.js';
import type { EpochRecord } from '../training/history.js';
import { runPaths, writeHistory } from '../training/run-folder.js';

/** Seeded random patches on black, two classes: bright above, bright below. */
export function tinyImages(options: {
  count: number;
  height: number;
  width: number;
  channels: ImageChannels;
  labelled: boolean;
}): LabelledImages {
  const { count, height, width, channels, labelled } = options;
  const size = height * width * channels;
  const data = new Uint8Array(count * size);
  let state = 7;
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 2);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const upper = (i % size) / size < 0.5;
    data[i] = upper === (labels[Math.floor(i / size)] === 0) ? state >>> 24 : 0;
  }
  const images = { data, count, height, width, channels };
  return labelled ? { ...images, labels } : images;
}

/** Two epochs as a training log holds them. */
export const tinyHistory: readonly EpochRecord[] = [0.05, 0.01].map((mse, index) => ({
  epoch: index + 1,
  trainMse: mse * 1.1,
  validationMse: mse,
  trainPsnr: -10 * Math.log10(mse * 1.1),
  validationPsnr: -10 * Math.log10(mse),
  learningRate: 1e-3,
  seconds: 2,
  imagesPerSecond: 50,
  deadChannels: [],
}));

async function exportTiny(spec: ArchitectureSpec, samples: LabelledImages, outDir: string): Promise<void> {
  const tf = await loadBackend('tensorflow');
  const { encoder, decoder, dispose } = buildLayersNetwork(
    tf,
    spec,
    initialParameters(spec, { seed: 1, meanPixel: 0.3 }),
  );
  const { anySize } = traceShapes(spec);
  const about = { name: `tiny-${spec.name}`, architecture: spec, training: {}, metrics: {}, anySize };
  await exportBundle({ tf, encoder, decoder, outDir, samples, ...about });
  dispose();
}

/** A run folder with a real bundle, and the options to evaluate it with. */
export async function tinyRun(
  architecture: ArchitectureInput,
  test: LabelledImages,
): Promise<EvaluateOptions> {
  const runDir = await mkdtemp(join(tmpdir(), 'convae-evaluation-'));
  const bundleDir = join(runDir, 'bundle');
  const spec = parseSpec(architecture);
  await exportTiny(spec, test, bundleDir);
  await writeHistory(runPaths(runDir), tinyHistory);
  return {
    bundleDir,
    test,
    dataset: { name: 'patches <&>', source: 'idx:patches', testIsValidation: false },
    runDir,
    command: 'npm start -- --epochs 2 --data "idx:<patches>"',
    history: tinyHistory,
    layers: describeLayers(spec),
    parity: { encoder: 1e-7, decoder: 2e-7 },
    recipe: { epochs: 2, noise: null },
  };
}
