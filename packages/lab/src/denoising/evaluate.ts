import { type Codec, type ImageBatch, loadCodec } from '@convae/runtime';
import {
  factsOf,
  firstOfClasses,
  identityOf,
  jsonText,
  type LabelledImages,
  type MeasuredData,
  selectImages,
  spreadPositions,
  writeFiles,
} from '@convae/train/kit';
import { measureLevel, tuneFilters } from './measure.js';
import { type TrainedNoise, trainedNoise } from './noisy.js';
import { denoisingPng, shownRows } from './picture.js';
import { DENOISING_PICTURE, type Denoising, type DenoisingLevel, denoisingFile } from './schema.js';

/** Levels of noise where nothing else is asked for. */
const DEFAULT_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/** Images on which the filters' settings are chosen. */
export const DEFAULT_TUNING_IMAGES = 100;
/** Images in the picture. */
const SHOWN_IMAGES = 10;

/** Options of {@link evaluateDenoising}. */
export interface DenoisingOptions {
  readonly bundleDir: string;
  /** The images to measure on; nothing is chosen on them. */
  readonly test: LabelledImages;
  readonly dataset: MeasuredData & {
    readonly train: LabelledImages;
    readonly validation: LabelledImages;
  };
  /** Where denoising.json and denoising.png go; made where missing. */
  readonly folder: string;
  readonly command: string;
  readonly levels?: readonly number[] | undefined;
  /** Most images to choose the filters' settings on. */
  readonly tuningImages?: number | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

interface Tuning {
  readonly part: 'validation' | 'training';
  readonly images: ImageBatch;
}

/** Images to choose settings on: spread over the validation images, or over the training images without any. */
function tuningOf({ dataset, tuningImages = DEFAULT_TUNING_IMAGES }: DenoisingOptions): Tuning {
  const { validation, train, testIsValidation } = dataset;
  const part = testIsValidation || validation.count === 0 ? 'training' : 'validation';
  const all = part === 'training' ? train : validation;
  return { part, images: selectImages(all, spreadPositions(all.count, tuningImages)) };
}

async function measureLevels(
  codec: Codec,
  options: DenoisingOptions,
  { kind }: TrainedNoise,
  tuning: Tuning,
): Promise<DenoisingLevel[]> {
  const { test: images, levels = DEFAULT_LEVELS, onProgress } = options;
  const measured: DenoisingLevel[] = [];
  for (const level of levels) {
    onProgress?.(`noise ${level}: choosing the filters' settings`);
    const filters = tuneFilters(tuning.images, kind, level);
    onProgress?.(`noise ${level}: measuring`);
    measured.push(await measureLevel({ codec, images, kind, level, filters }));
  }
  return measured;
}

async function measureAll(codec: Codec, options: DenoisingOptions) {
  const { test, dataset, command } = options;
  // A bundle that was not trained on noise is refused before the filters take their time.
  await codec.denoise(selectImages(test, [0]));
  const trained = trainedNoise(codec.manifest);
  const tuning = tuningOf(options);
  const levels = await measureLevels(codec, options, trained, tuning);
  const shown = firstOfClasses(test).slice(0, SHOWN_IMAGES);
  const figures = denoisingFile.collect(command, {
    bundle: identityOf(codec.manifest),
    dataset: { ...factsOf(dataset), images: test.count },
    noiseKind: trained.kind,
    trained: { from: trained.from, to: trained.to },
    tunedOn: { part: tuning.part, images: tuning.images.count },
    levels,
    shown,
  });
  const rows = await shownRows(codec, selectImages(test, shown), figures);
  return { figures, png: await denoisingPng(rows, `Noisy ${dataset.name} images, and what is made of them`) };
}

/**
 * Measures what a network and classical filters make of the test images under noise of several levels, each filter in
 * the settings that are best on validation images at that level, and writes denoising.json and denoising.png.
 *
 * @throws RangeError without images; ConvaeError `UNSUPPORTED` where the bundle was not trained on noise, as `loadCodec`
 *   and the codec throw them, and `WRITE_FAILED`.
 */
export async function evaluateDenoising(options: DenoisingOptions): Promise<Denoising> {
  if (options.test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const codec = await loadCodec(options.bundleDir);
  try {
    const { figures, png } = await measureAll(codec, options);
    await writeFiles(options.folder, [
      [denoisingFile.file, jsonText(figures)],
      [DENOISING_PICTURE, png],
    ]);
    return figures;
  } finally {
    await codec.dispose();
  }
}
