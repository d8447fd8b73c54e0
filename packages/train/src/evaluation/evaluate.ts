import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCodec, MANIFEST_FILE, type Manifest } from '@convae/runtime';
import type { LosslessManifest } from '@convae/runtime/core';
import { listedFiles } from '../bundle/files.js';
import type { Pictures } from '../dataset/types.js';
import { jsonText, type NamedFile, writeFiles } from '../files/write-files.js';
import { measureBitstreams } from './bitstreams.js';
import { identityOf } from './bundle-identity.js';
import { collectExamples } from './examples.js';
import { EXAMPLES_FILE, encodeExamples } from './examples-file.js';
import { type EvaluationProgress, measureCodec } from './measure.js';
import { collectMetrics, type RunFacts } from './metrics-file.js';
import { comparisonPng } from './pictures/comparison.js';
import { wholePicturesPng } from './pictures/whole-pictures.js';
import { lossPlot } from './plots/loss.js';
import { plotPng, titled } from './plots/render.js';
import type { Evaluation } from './plug-in.js';
import { formatPsnr } from './report/format.js';
import type { ReportModel } from './report/model.js';
import { renderReport } from './report/page.js';
import { COMPARISON_FILE, LOSS_FILE, PICTURES_FILE, REPORT_FILE } from './run-files.js';
import { METRICS_FILE, type Metrics } from './schema.js';
import { collectVersions } from './versions.js';
import { measurePictures } from './whole-pictures.js';

/** Options of {@link evaluateBundle}. */
export interface EvaluateOptions
  extends Pick<RunFacts, 'test' | 'dataset' | 'command' | 'history' | 'layers' | 'parity' | 'recipe'> {
  /** The folder of manifest.json and both graphs. */
  readonly bundleDir: string;
  /** Where metrics.json, report.html, comparison.png and loss.png go; made where missing. */
  readonly runDir: string;
  /** Whole pictures to measure beside the test images, where those are crops. */
  readonly pictures?: Pictures | undefined;
  /** Further versions for the report, such as TensorFlow's. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** What else was measured on the run, for the report. */
  readonly evaluations?: readonly Evaluation[] | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** The files of a bundle with their lengths. */
export async function bundleFiles(
  manifest: Manifest | LosslessManifest,
  bundleDir: string,
): Promise<Metrics['bundle']> {
  const names = [...listedFiles(manifest).map(({ file }) => file), MANIFEST_FILE];
  const files = await Promise.all(
    names.map(async (file) => ({ file, bytes: (await stat(join(bundleDir, file))).size })),
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name: manifest.name, bytes, files };
}

async function measureBundle(options: EvaluateOptions): Promise<ReportModel> {
  const { bundleDir, test, history, pictures } = options;
  const codec = await loadCodec(bundleDir);
  try {
    const measurement = await measureCodec(codec, test, options.onProgress);
    const examples = await collectExamples(codec, test, measurement);
    const rates = await measureBitstreams(codec, test);
    const whole = pictures && (await measurePictures(codec, pictures));
    const facts: RunFacts = {
      ...options,
      manifest: codec.manifest,
      executionProvider: codec.executionProvider,
      bundle: await bundleFiles(codec.manifest, bundleDir),
      versions: collectVersions(options.versions),
      bitstreams: rates.length === 0 ? undefined : { defaultQuality: codec.manifest.quality ?? 0, rates },
      pictures: whole?.figures,
    };
    const metrics = collectMetrics(facts, measurement, examples);
    const shown = whole ? { ...examples, pictures: await wholePicturesPng(whole.shown) } : examples;
    return { folder: options.runDir, bundle: identityOf(codec.manifest), metrics, history, examples: shown };
  } finally {
    await codec.dispose();
  }
}

/** Draws everything before the first file is written. */
async function renderFiles(
  model: ReportModel,
  evaluations: readonly Evaluation[] = [],
): Promise<NamedFile[]> {
  const { metrics, examples, history } = model;
  const { model: network, dataset, distortion } = metrics;
  const title = `The ${network.name} network on ${dataset.name}: ${formatPsnr(distortion.psnr)}`;
  const files: NamedFile[] = [
    [METRICS_FILE, jsonText(metrics)],
    [COMPARISON_FILE, await comparisonPng(examples.grid, title)],
    ...(examples.pictures ? [[PICTURES_FILE, examples.pictures] as const] : []),
    [EXAMPLES_FILE, encodeExamples(examples, model.bundle)],
    [REPORT_FILE, await renderReport(model, evaluations)],
  ];
  if (history.length > 0) {
    const heading = `Training the ${network.name} network on ${dataset.name}`;
    files.push([LOSS_FILE, await plotPng(titled(lossPlot(history, 760, 380), heading))]);
  }
  return files;
}

/**
 * Measures an exported bundle on test images through the runtime, and writes metrics.json, examples.json,
 * report.html, comparison.png, and where there is something to show pictures.png and loss.png, into the run folder.
 *
 * @returns what metrics.json holds.
 * @throws RangeError without any test image; ConvaeError as `loadCodec` and the codec throw them, and
 *   `WRITE_FAILED`.
 */
export async function evaluateBundle(options: EvaluateOptions): Promise<Metrics> {
  if (options.test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const model = await measureBundle(options);
  const files = await renderFiles(model, options.evaluations);
  await writeFiles(options.runDir, files);
  return model.metrics;
}
