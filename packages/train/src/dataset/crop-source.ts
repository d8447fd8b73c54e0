import { ConvaeError, type ImageBatch } from '@convae/runtime/core';
import { type Crop, type CropBudget, HELD_BUDGET, planCrops, trainingBudget } from './crop-plan.js';
import type { FoundImages } from './found-images.js';
import { readPictures } from './image-file.js';
import type { OpenDatasetOptions } from './options.js';
import { openPictures } from './pictures.js';
import { jointProgress } from './reading-progress.js';
import type { Dataset, LabelledImages } from './types.js';

/** The crops of a part of the set: which files they come from, and where they are. */
interface PartPlan {
  readonly files: readonly string[];
  /** Files smaller than a crop. */
  readonly leftOut: number;
  readonly crops: readonly Crop[];
}

type CropOptions = OpenDatasetOptions & { readonly crop: number };

function planPart(
  { headers, folder }: FoundImages,
  all: readonly string[],
  { crop, seed }: CropOptions,
  budget: CropBudget,
): PartPlan {
  const large = all.filter((file) => {
    const { height, width } = headers.get(file)!;
    return height >= crop && width >= crop;
  });
  if (large.length === 0)
    throw new ConvaeError(
      'SHAPE_MISMATCH',
      `${folder}: none of the ${all.length} pictures of a part (as ${all[0]}) is at least ${crop}×${crop} pixels: give a smaller --crop`,
    );
  const crops = planCrops(
    large.map((file) => headers.get(file)!),
    crop,
    budget,
    seed,
  );
  // Where there are more pictures than crops, some have none and need not be read.
  const used = [...new Set(crops.map(({ picture }) => picture))];
  const renumbered = new Map(used.map((picture, i) => [picture, i]));
  return {
    files: used.map((picture) => large[picture]!),
    leftOut: all.length - large.length,
    crops: crops.map((place) => ({ ...place, picture: renumbered.get(place.picture)! })),
  };
}

/** Copies a crop out of a picture. */
function cut({ data, width, channels }: ImageBatch, { top, left }: Crop, side: number, to: Uint8Array): void {
  const line = side * channels;
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * channels;
    to.set(data.subarray(start, start + line), y * line);
  }
}

/** Reads the pictures of a part one after another and keeps of each its crops alone. */
async function readCrops(
  { folder, headers, channels, classes }: FoundImages,
  { files, crops }: PartPlan,
  { crop: side, onProgress, exact }: CropOptions,
): Promise<LabelledImages> {
  const size = side * side * channels;
  const data = new Uint8Array(crops.length * size);
  const firstOf = firstCrops(crops, files.length);
  const sizes = files.map((file) => headers.get(file)!);
  await readPictures({ folder, files, onProgress, exact }, { channels, sizes }, (image, picture) => {
    for (let i = firstOf[picture]!; i < firstOf[picture + 1]!; i++)
      cut(image, crops[i]!, side, data.subarray(i * size, (i + 1) * size));
  });
  const images = { data, count: crops.length, height: side, width: side, channels };
  return classes
    ? { ...images, labels: Uint8Array.from(crops, ({ picture }) => classes.labelOf(files[picture]!)) }
    : images;
}

/** Where the crops of each picture begin, and behind them their number. */
function firstCrops(crops: readonly Crop[], pictures: number): Uint32Array {
  const first = new Uint32Array(pictures + 1);
  for (const { picture } of crops) first[picture + 1]!++;
  for (let i = 0; i < pictures; i++) first[i + 1]! += first[i]!;
  return first;
}

/**
 * Opens a folder of pictures of many sizes as random crops of one size, the same ones every time; pictures smaller than
 * a crop are left out. All that stays in memory are the crops: at most 1 GiB of them to train on.
 * @throws ConvaeError SHAPE_MISMATCH where a part has no picture that is large enough, DATA_INVALID.
 */
export async function openCrops(found: FoundImages, options: CropOptions): Promise<Dataset> {
  const { folder, name, source, parts, classes, channels } = found;
  const train = planPart(found, parts.train, options, trainingBudget(options.crop, channels));
  const validation = planPart(found, parts.validation, options, HELD_BUDGET);
  const test = parts.test && planPart(found, parts.test, options, HELD_BUDGET);
  const progress = jointProgress(options.onProgress, train.files.length + validation.files.length);
  const read = (part: PartPlan, onProgress = options.onProgress) =>
    readCrops(found, part, { ...options, onProgress });
  const pictures = async (files: readonly string[]) =>
    openPictures({ folder, files, exact: options.exact }, channels);
  const trainCrops = await read(train, progress(train.files.length));
  const validationCrops = await read(validation, progress(validation.files.length));
  return {
    name,
    source,
    train: trainCrops,
    validation: validationCrops,
    loadTest: async () => (test ? read(test) : validationCrops),
    testIsValidation: !test,
    crops: {
      pictures: train.files.length,
      leftOut: train.leftOut + validation.leftOut + (test?.leftOut ?? 0),
    },
    testPictures: () => pictures(parts.test ?? parts.validation),
    validationPictures: () => pictures(parts.validation),
    ...(classes && { classNames: classes.names }),
  };
}
