import type { Manifest } from '@convae/runtime';
import type { LabelledImages } from '../dataset/types.js';
import { mean } from '../figures/averages.js';
import type { LayerRow } from '../model/describe.js';
import type { EpochRecord } from '../training/history.js';
import type { Example, Examples } from './examples.js';
import { factsOf, type MeasuredData } from './figures-file.js';
import type { Measurement } from './measure.js';
import { distortionOf, distortionPerClass } from './metrics/classes.js';
import { deadChannels, latentStatistics } from './metrics/latents.js';
import { ssimWindowSide } from './metrics/ssim.js';
import { type Metrics, metricsFile, type PickedImage } from './schema.js';

/** What metrics.json holds beside the measurement. */
export interface RunFacts {
  /** The images to measure on; nothing is tuned on them. */
  readonly test: LabelledImages;
  readonly dataset: MeasuredData;
  /** The command line, as a reader would type it again. */
  readonly command: string;
  /** The training log; empty where there is none (then there is no loss.png). */
  readonly history: readonly EpochRecord[];
  readonly layers: readonly LayerRow[];
  /** Largest absolute difference between tfjs and ONNX Runtime, found at export. */
  readonly parity?: { readonly encoder: number; readonly decoder: number } | undefined;
  readonly bitstreams?: Metrics['bitstreams'];
  readonly pictures?: Metrics['pictures'];
  /** The settings of the run, for the report. */
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly manifest: Manifest;
  readonly executionProvider: string;
  readonly bundle: Metrics['bundle'];
  readonly versions: Metrics['versions'];
}

function datasetFacts({ test, dataset }: RunFacts): Metrics['dataset'] {
  const { count, height, width, channels, labels } = test;
  const classes = labels === undefined ? 0 : new Set(labels).size;
  return { ...factsOf(dataset), images: count, height, width, channels, classes };
}

function pickedImage({ original, reconstruction, ...figures }: Example): PickedImage {
  return figures;
}

function distortionFacts(
  test: LabelledImages,
  measured: Measurement,
  examples: Examples,
): Metrics['distortion'] {
  const { mse, psnr, ssim } = distortionOf(measured.mse, measured.ssim);
  const overall = {
    mse,
    psnr,
    ssim,
    ssimWindow: ssimWindowSide(test.height, test.width),
    mseFloat: mean(measured.mseFloat),
    best: examples.best.map(pickedImage),
    worst: examples.worst.map(pickedImage),
  };
  if (test.labels === undefined) return overall;
  const perClass = distortionPerClass(measured.mse, measured.ssim, test.labels);
  // One class alone says nothing that the whole does not.
  return perClass.length > 1 ? { ...overall, perClass } : overall;
}

function latentFacts(test: LabelledImages, { latents }: Measurement): Metrics['latent'] {
  const { channels, height, width } = latents[0]!;
  const statistics = latentStatistics(latents);
  return {
    channels,
    height,
    width,
    float32Bytes: channels * height * width * Float32Array.BYTES_PER_ELEMENT,
    imageBytes: test.height * test.width * test.channels,
    deadChannels: deadChannels(statistics),
    statisticsImages: latents.reduce((sum, { count }) => sum + count, 0),
    statistics,
  };
}

function modelFacts({ manifest, layers }: RunFacts): Metrics['model'] {
  const parameters = (part: LayerRow['part']): number =>
    layers.filter((row) => row.part === part).reduce((sum, row) => sum + row.parameters, 0);
  const { name } = manifest.architecture;
  return {
    name: typeof name === 'string' ? name : manifest.name,
    encoderParameters: parameters('encoder'),
    decoderParameters: parameters('decoder'),
    layers: layers.map((row) => ({ ...row, outputShape: [...row.outputShape] })),
  };
}

function trainingFacts(history: readonly EpochRecord[]): Metrics['training'] {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const error = (record: EpochRecord): number => record.validationMse ?? record.trainMse;
  const best = history.reduce((lowest, record) => (error(record) < error(lowest) ? record : lowest));
  return {
    epochs: last.epoch,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    trainMse: last.trainMse,
    validationMse: last.validationMse,
    bestEpoch: best.epoch,
  };
}

/** Puts metrics.json together and checks it against its own schema. */
export function collectMetrics(facts: RunFacts, measured: Measurement, examples: Examples): Metrics {
  const { test, bundle, executionProvider, recipe, parity, versions, bitstreams, pictures } = facts;
  const training = trainingFacts(facts.history);
  const figures: Omit<Metrics, 'format' | 'version' | 'createdAt' | 'command'> = {
    dataset: datasetFacts(facts),
    distortion: distortionFacts(test, measured, examples),
    latent: latentFacts(test, measured),
    model: modelFacts(facts),
    bundle,
    speed: {
      executionProvider,
      encoderImagesPerSecond: test.count / measured.encoderSeconds,
      decoderImagesPerSecond: test.count / measured.decoderSeconds,
      imagesPerCall: measured.imagesPerCall,
    },
    ...(bitstreams === undefined ? {} : { bitstreams }),
    ...(pictures === undefined ? {} : { pictures }),
    recipe: { ...recipe },
    versions,
    ...(parity === undefined ? {} : { parity }),
    ...(training === undefined ? {} : { training }),
  };
  return metricsFile.collect(facts.command, JSON.parse(JSON.stringify(figures)));
}
