import { createHash } from 'node:crypto';
import type { ImageBatch } from '@convae/runtime';
import { type Dataset, type Pictures, planSample, selectImages } from '@convae/train/kit';
import { imagesHash } from './data-hash.js';
import { picturesOf } from './pictures/pictures.js';
import { type RateDistortion, USES, type Use } from './result.js';

/** Seed of the images that are measured where not all are. */
const SAMPLE_SEED = 1;

/** Most images, and most pixels, that are measured in each use unless all are: minutes, not hours. */
export const SAMPLE_LIMITS: Readonly<Record<Use, { readonly images: number; readonly pixels: number }>> = {
  single: { images: 500, pixels: 1 << 22 },
  together: { images: 2500, pixels: 1 << 22 },
};

/** The images that methods are measured on: the same for every method of a use. */
export interface Samples {
  /** How many there are to choose from, and their channels. */
  readonly images: number;
  readonly channels: number;
  /** What is coded one by one. */
  readonly pictures: Pictures;
  /** The images of each use as batches; none where they are of many sizes. */
  readonly batches?: Readonly<Record<Use, ImageBatch>>;
  readonly facts: RateDistortion['samples'];
}

/** How many images of so many pixels each; at least 1. */
function sampleSize(use: Use, pixelsEach: number, full: boolean): number | undefined {
  const { images, pixels } = SAMPLE_LIMITS[use];
  return full ? undefined : Math.max(1, Math.min(images, Math.floor(pixels / pixelsEach)));
}

function partOf(pictures: Pictures, numbers: Uint32Array): Pictures {
  return {
    count: numbers.length,
    names: Array.from(numbers, (number) => pictures.names[number]!),
    read: (index) => pictures.read(numbers[index]!),
  };
}

/** Reads every picture once. */
async function picturesFacts(pictures: Pictures): Promise<RateDistortion['samples']['single']> {
  const hash = createHash('sha256');
  let pixels = 0;
  for (let i = 0; i < pictures.count; i++) {
    const picture = await pictures.read(i);
    hash.update(imagesHash(picture));
    pixels += picture.height * picture.width;
  }
  return { images: pictures.count, pixels, sha256: hash.digest('hex') };
}

async function ofPictures(all: Pictures, full: boolean): Promise<Samples> {
  if (all.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const { height, width, channels } = await all.read(0);
  const most = sampleSize('single', height * width, full);
  const single = partOf(all, planSample(all.count, most, SAMPLE_SEED));
  return { images: all.count, channels, pictures: single, facts: { single: await picturesFacts(single) } };
}

function imagesFacts(images: ImageBatch): RateDistortion['samples']['single'] {
  const pixels = images.count * images.height * images.width;
  return { images: images.count, pixels, sha256: imagesHash(images) };
}

function ofImages(all: ImageBatch, full: boolean): Samples {
  if (all.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const select = (use: Use): ImageBatch => {
    const most = sampleSize(use, all.height * all.width, full);
    return selectImages(all, planSample(all.count, most, SAMPLE_SEED));
  };
  const batches = { single: select('single'), together: select('together') };
  const facts = { single: imagesFacts(batches.single), together: imagesFacts(batches.together) };
  const { count, channels } = all;
  return { images: count, channels, pictures: picturesOf(batches.single), batches, facts };
}

/**
 * The test images that a comparison measures: a seeded sample for single files, one for all images together; all of
 * them where `full`.
 * @throws RangeError where there are none; ConvaeError as reading them does.
 */
export async function takeSamples(dataset: Dataset, full: boolean): Promise<Samples> {
  if (dataset.testPictures !== undefined) return ofPictures(await dataset.testPictures(), full);
  return ofImages(await dataset.loadTest(), full);
}

/** The uses that are measured on such images: all pictures together have no mosaic where their sizes differ. */
export const usesOf = ({ batches }: Pick<Samples, 'batches'>): readonly Use[] =>
  batches === undefined ? ['single'] : USES;
