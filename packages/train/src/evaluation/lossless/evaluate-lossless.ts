import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Codec, ConvaeError, loadCodec } from '@convae/runtime';
import { isLossless, type LosslessManifest, type PixelModel, parsePixels } from '@convae/runtime/core';
import type { LabelledImages, Pictures } from '../../dataset/types.js';
import { jsonText, writeFiles } from '../../files/write-files.js';
import type { LosslessRecord } from '../../training/lossless/lossless-history.js';
import { objectiveOf } from '../../training/lossless/lossless-history.js';
import { bundleFiles } from '../evaluate.js';
import { factsOf, type MeasuredData } from '../figures-file.js';
import type { Evaluation } from '../plug-in.js';
import { BITS_FILE, REPORT_FILE } from '../run-files.js';
import { collectVersions } from '../versions.js';
import { bitsPng } from './bits-picture.js';
import type { LosslessReportModel } from './lossless-model.js';
import { renderLosslessReport } from './lossless-report.js';
import { type LosslessMetrics, losslessMetricsFile } from './lossless-schema.js';
import { measureLossless, measureWholePictures, type OnLosslessProgress } from './measure-lossless.js';

/** Options of {@link evaluateLossless}. */
export interface EvaluateLosslessOptions {
  /** The folder of manifest.json and context.bin. */
  readonly bundleDir: string;
  /** Where metrics.json, report.html and bits.png go; made where missing. */
  readonly runDir: string;
  /** The images to measure on; nothing is tuned on them. */
  readonly test: LabelledImages;
  readonly dataset: MeasuredData;
  /** Whole pictures to measure beside the test images, where those are crops. */
  readonly pictures?: Pictures | undefined;
  /** The command line, as a reader would type it again. */
  readonly command: string;
  /** The training log; empty where there is none. */
  readonly history: readonly LosslessRecord[];
  /** The settings of the run, for the report. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Further versions for the report, such as TensorFlow's. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  readonly evaluations?: readonly Evaluation[] | undefined;
  readonly onProgress?: OnLosslessProgress | undefined;
}

function networkFacts(model: PixelModel): LosslessMetrics['network'] {
  const { radius, hidden1, hidden2, components, bases, gridHeight, gridWidth } = model;
  const { w1, w2, w3, positionBias, channelBias, bias2, bias3 } = model;
  const arrays = [w1, w2, w3, positionBias, channelBias, bias2, bias3];
  const weights = arrays.reduce((sum, { length }) => sum + length, 0);
  return { radius, hidden1, hidden2, components, bases, gridHeight, gridWidth, weights };
}

function trainingFacts(history: readonly LosslessRecord[]): LosslessMetrics['training'] {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const best = history.reduce((a, b) => (objectiveOf(b) < objectiveOf(a) ? b : a));
  return {
    epochs: last.epoch,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    trainBits: last.trainBits,
    validationBits: last.validationBits,
    bestEpoch: best.epoch,
  };
}

/** @throws ConvaeError UNSUPPORTED for a bundle with networks. */
function losslessManifest({ manifest }: Codec): LosslessManifest {
  if (isLossless(manifest)) return manifest;
  throw new ConvaeError('UNSUPPORTED', `${manifest.name} is not a lossless bundle`);
}

async function measure(options: EvaluateLosslessOptions): Promise<LosslessReportModel> {
  const { bundleDir, test, dataset, pictures, history, command } = options;
  const codec = await loadCodec(bundleDir);
  try {
    const manifest = losslessManifest(codec);
    const { file, sha256 } = manifest.context;
    const model = parsePixels(await readFile(join(bundleDir, file)));
    const { height, width, channels, count } = test;
    const training = trainingFacts(history);
    const metrics = losslessMetricsFile.collect(command, {
      kind: 'lossless',
      dataset: { ...factsOf(dataset), images: count, height, width, channels },
      ...(await measureLossless(codec, test, options.onProgress)),
      ...(pictures === undefined ? {} : { pictures: await measureWholePictures(codec, pictures) }),
      network: networkFacts(model),
      bundle: { ...(await bundleFiles(manifest, bundleDir)), sha256 },
      ...(training === undefined ? {} : { training }),
      recipe: { ...options.recipe },
      versions: collectVersions(options.versions),
    });
    const bits = await bitsPng(model, test, `Bits of the pixels of ${dataset.name}, dark to bright: 0 to 8`);
    return { folder: options.runDir, metrics, history, bits };
  } finally {
    await codec.dispose();
  }
}

/**
 * Measures a lossless bundle on test images through the runtime, every one of which must come back value for value, and
 * writes metrics.json, report.html and bits.png into the run folder.
 *
 * @returns what metrics.json holds.
 * @throws RangeError without any test image; ConvaeError RUN_FAILED where an image came back changed, and as `loadCodec`
 *   and the codec throw them, and `WRITE_FAILED`.
 */
export async function evaluateLossless(options: EvaluateLosslessOptions): Promise<LosslessMetrics> {
  if (options.test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const model = await measure(options);
  await writeFiles(options.runDir, [
    [losslessMetricsFile.file, jsonText(model.metrics)],
    [BITS_FILE, model.bits],
    [REPORT_FILE, await renderLosslessReport(model, options.evaluations)],
  ]);
  return model.metrics;
}
