import { type Codec, type ImageBatch, joinBatches, type Manifest, UsageError } from '@convae/runtime';
import {
  firstOfClasses,
  identityOf,
  inBatches,
  type LabelledImages,
  mean,
  msePerImage,
  psnrFromMse,
  spreadPositions,
} from '@convae/train/kit';
import { measureCheckerboard } from './checkerboard.js';
import type { ArtifactMeasure, DecoderArtifacts } from './schema.js';
import { type Cell, measureSteps } from './steps.js';

/** Images handed to the codec at once. */
const BATCH = 500;
/** Images in the picture. */
const SHOWN_IMAGES = 6;

/** The figures of one set of images. */
export function measureArtifacts(images: ImageBatch, cell: Cell): ArtifactMeasure {
  const { border, inside, places } = measureSteps(images, cell);
  const power = measureCheckerboard(images, cell);
  return {
    borderStep: border,
    insideStep: inside,
    ratio: inside === 0 ? null : border / inside,
    places: [...places],
    cellPower: power.cell,
    pixelPower: power.pixel,
  };
}

/**
 * The block of the image that one latent position stands for.
 * @throws UsageError where the latent has no such blocks (a single position, or no whole number of pixels).
 */
export function cellOf({ image, latent, name }: Manifest): Cell {
  const cell = { height: image.height / latent.height, width: image.width / latent.width };
  const whole = Number.isInteger(cell.height) && Number.isInteger(cell.width);
  const several = latent.height > 1 && latent.width > 1;
  if (whole && several && cell.height > 1 && cell.width > 1) return cell;
  throw new UsageError(
    `expected --cell: a latent of ${latent.height}×${latent.width} cuts the ${image.height}×${image.width} images of ${name} into no cells`,
  );
}

/** All images through a codec: uint8, as a user gets them. */
export async function reconstructAll(codec: Codec, images: ImageBatch): Promise<ImageBatch> {
  const output: ImageBatch[] = [];
  for (const batch of inBatches(images, BATCH)) output.push((await codec.roundTrip(batch)).images);
  return joinBatches(output);
}

/** The figures of one decoder beside those of the originals. */
export function decoderArtifacts(options: {
  title: string;
  manifest: Manifest;
  images: ImageBatch;
  output: ImageBatch;
  originals: ArtifactMeasure;
  cell: Cell;
}): DecoderArtifacts {
  const { title, manifest, images, output, originals, cell } = options;
  const measure = measureArtifacts(output, cell);
  const mse = mean(msePerImage(images, output));
  const both = measure.ratio !== null && originals.ratio !== null && originals.ratio > 0;
  return {
    title,
    bundle: identityOf(manifest),
    mse,
    psnr: psnrFromMse(mse),
    measure,
    artifact: both ? measure.ratio! / originals.ratio! : null,
  };
}

/** The first image of some classes, not picked by how it came out; without labels images spread over the set. */
export function shownPositions(images: LabelledImages): number[] {
  const first = firstOfClasses(images);
  return Array.from(spreadPositions(first.length, SHOWN_IMAGES), (place) => first[place]!);
}
