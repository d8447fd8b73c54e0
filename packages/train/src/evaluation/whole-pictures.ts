import { type Codec, ConvaeError, defaultPrior, type ImageBatch } from '@convae/runtime';
import { qualitiesOf } from '@convae/runtime/core';
import type { Pictures } from '../dataset/types.js';
import { mean, spreadPositions } from '../figures/averages.js';
import { psnrFromMse } from '../figures/psnr.js';
import { msePerImage } from './metrics/distortion.js';
import { ssimPerImage } from './metrics/ssim.js';
import { type Tile, tileOf } from './pictures/tile.js';
import type { Metrics } from './schema.js';

/** Pictures that are measured, evenly spread over the set. */
const MEASURED_PICTURES = 24;
/** Pictures that are shown, evenly spread over those measured. */
const SHOWN_PICTURES = 4;

/** What one picture took as an image stream, and how close what came back is. */
interface Code {
  readonly bytes: number;
  readonly mse: number;
  readonly ssim: number;
}

/** A picture beside what the codec made of it. */
export interface ShownPicture extends Code {
  readonly name: string;
  readonly original: Tile;
  readonly reconstruction: Tile;
}

/** Figures of whole pictures, and some of them to look at. */
export interface MeasuredPictures {
  readonly figures: NonNullable<Metrics['pictures']>;
  readonly shown: readonly ShownPicture[];
}

/** One picture of the set at each quality. */
interface MeasuredPicture {
  readonly index: number;
  readonly pixels: number;
  readonly codes: readonly Code[];
}

async function codeAt(codec: Codec, image: ImageBatch, quality: number) {
  const stream = await codec.encode(image, { quality });
  const decoded = await codec.decode(stream);
  const [mse, ssim] = [msePerImage(image, decoded)[0]!, ssimPerImage(image, decoded)[0]!];
  return { code: { bytes: stream.length, mse, ssim }, decoded };
}

/** Undefined where the picture is larger than the codec takes. */
async function measureOne(
  codec: Codec,
  pictures: Pictures,
  index: number,
): Promise<MeasuredPicture | undefined> {
  const image = await pictures.read(index);
  const codes: Code[] = [];
  try {
    for (const quality of qualitiesOf(codec.manifest.quantizer))
      codes.push((await codeAt(codec, image, quality)).code);
  } catch (error) {
    if (error instanceof ConvaeError && error.code === 'LIMIT_EXCEEDED') return undefined;
    throw error;
  }
  return { index, pixels: image.height * image.width, codes };
}

/** Bytes and errors of all pictures together at one quality. */
function rateOf(pictures: readonly MeasuredPicture[], quality: number) {
  const pixels = pictures.reduce((sum, picture) => sum + picture.pixels, 0);
  const bytes = pictures.reduce((sum, { codes }) => sum + codes[quality]!.bytes, 0);
  const squared = pictures.reduce((sum, { codes, ...own }) => sum + codes[quality]!.mse * own.pixels, 0);
  return {
    quality,
    bytesPerPicture: bytes / pictures.length,
    bitsPerPixel: (8 * bytes) / pixels,
    mse: squared / pixels,
    psnr: psnrFromMse(squared / pixels),
    ssim: mean(pictures.map(({ codes }) => codes[quality]!.ssim)),
  };
}

/** Some of the measured pictures once more, at the default quality: their pixels were not kept. */
async function showSome(
  codec: Codec,
  pictures: Pictures,
  measured: readonly MeasuredPicture[],
): Promise<ShownPicture[]> {
  const shown: ShownPicture[] = [];
  for (const place of spreadPositions(measured.length, SHOWN_PICTURES)) {
    const { index } = measured[place]!;
    const image = await pictures.read(index);
    const { code, decoded } = await codeAt(codec, image, codec.manifest.quality ?? 0);
    const name = pictures.names[index]!;
    shown.push({ name, ...code, original: tileOf(image, 0), reconstruction: tileOf(decoded, 0) });
  }
  return shown;
}

/**
 * Codes whole pictures as single image streams, at every quality under the bundle's default prior, and decodes them.
 *
 * @returns undefined where there is nothing to measure: no entropy tables, or no picture that the codec takes
 */
export async function measurePictures(
  codec: Codec,
  pictures: Pictures,
): Promise<MeasuredPictures | undefined> {
  const qualities = qualitiesOf(codec.manifest.quantizer);
  if (qualities.length === 0) return undefined;
  const measured: MeasuredPicture[] = [];
  for (const index of spreadPositions(pictures.count, MEASURED_PICTURES)) {
    const picture = await measureOne(codec, pictures, index);
    if (picture !== undefined) measured.push(picture);
  }
  if (measured.length === 0) return undefined;
  const figures = {
    measured: measured.length,
    of: pictures.count,
    prior: defaultPrior(codec.manifest),
    defaultQuality: codec.manifest.quality ?? 0,
    rates: qualities.map((quality) => rateOf(measured, quality)),
  };
  return { figures, shown: await showSome(codec, pictures, measured) };
}
