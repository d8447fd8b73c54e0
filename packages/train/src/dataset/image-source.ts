import { openCrops } from './crop-source.js';
import type { FitTarget } from './fit.js';
import { type FoundImages, findImages } from './found-images.js';
import { readImages } from './image-file.js';
import type { OpenDatasetOptions } from './options.js';
import { jointProgress } from './reading-progress.js';
import { countSizes, planTargetSize } from './target-size.js';
import type { Dataset, LabelledImages } from './types.js';

/** All images brought to one size. */
async function openSized(found: FoundImages, options: OpenDatasetOptions): Promise<Dataset> {
  const { folder, name, source, parts, classes, headers, channels } = found;
  const { train, validation, test } = parts;
  const size = planTargetSize(countSizes(headers.values()), options);
  const target: FitTarget = { ...size, channels, fit: options.fit };
  const load = async (files: readonly string[], onProgress = options.onProgress): Promise<LabelledImages> => {
    const data = await readImages({ folder, files, onProgress, exact: options.exact }, target);
    const images = { data, count: files.length, ...size, channels };
    return classes ? { ...images, labels: Uint8Array.from(files, classes.labelOf) } : images;
  };
  const progress = jointProgress(options.onProgress, train.length + validation.length);
  const trainImages = await load(train, progress(train.length));
  const validationImages = await load(validation, progress(validation.length));
  return {
    name,
    source,
    train: trainImages,
    validation: validationImages,
    loadTest: async () => (test ? load(test) : validationImages),
    testIsValidation: !test,
    ...(classes && { classNames: classes.names }),
  };
}

/**
 * Opens a folder of PNG, JPEG and WebP images. Of test images only the headers are read before `loadTest`.
 * Where the folder has no train, validation and test in it, a seeded shuffle splits it 80 : 10 : 10.
 * @throws ConvaeError NOT_FOUND, DATA_INVALID, SHAPE_MISMATCH or LIMIT_EXCEEDED.
 */
export async function openImages(
  path: string,
  source: string,
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const found = await findImages(path, source, options);
  return options.crop === undefined
    ? openSized(found, options)
    : openCrops(found, { ...options, crop: options.crop });
}
