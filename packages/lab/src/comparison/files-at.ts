import type { ImageBatch } from '@convae/runtime';
import { type OtherFiles, psnrFromMse, selectImages, spreadPositions } from '@convae/train/kit';
import type { PictureCodec, Variant } from './codecs/picture-codec.js';
import { measurePictures } from './codecs/picture-measurements.js';
import { PICTURE_CODECS } from './codecs/registry.js';
import { picturesOf } from './pictures/pictures.js';

/** The codecs that people would use instead, by their labels. */
const LABELS: readonly string[] = ['WebP', 'AVIF', 'WebP lossless'];
/** Images that are coded, most. */
const MOST_IMAGES = 200;
/** Settings of quality that are tried. */
const QUALITIES = { least: 1, most: 100 } as const;

/** A codec in one of its variants. */
interface Coder {
  readonly codec: PictureCodec;
  readonly variant: Variant;
}

async function filesOf(coder: Coder, images: ImageBatch, quality: number): Promise<OtherFiles> {
  const samples = { pictures: picturesOf(images) };
  const { bytesPerImage: bytes, mse } = await measurePictures({ ...coder, quality, use: 'single' }, samples);
  return { codec: coder.codec.name, bytes, psnr: psnrFromMse(mse) };
}

const psnrOf = ({ psnr }: OtherFiles): number => psnr ?? Number.POSITIVE_INFINITY;

/** The coarsest whole setting that has this PSNR; the finest where none has. */
async function coarsestAt(coder: Coder, images: ImageBatch, psnr: number): Promise<OtherFiles> {
  if (coder.codec.lossless) return filesOf(coder, images, coder.variant.qualities[0]!);
  let [low, high]: [number, number] = [QUALITIES.least, QUALITIES.most];
  let found = await filesOf(coder, images, high);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const files = await filesOf(coder, images, middle);
    if (psnrOf(files) < psnr) low = middle + 1;
    else [high, found] = [middle, files];
  }
  return found;
}

/** The variant with the fewest bytes of those that have the PSNR; the one nearest to it where none has. */
async function bestAt(codec: PictureCodec, images: ImageBatch, psnr: number): Promise<OtherFiles> {
  const found: OtherFiles[] = [];
  for (const variant of codec.variants(images.channels))
    found.push(await coarsestAt({ codec, variant }, images, psnr));
  const reaching = found.filter((each) => psnrOf(each) >= psnr);
  if (reaching.length === 0) return found.reduce((best, each) => (psnrOf(each) > psnrOf(best) ? each : best));
  return reaching.reduce((best, each) => (each.bytes < best.bytes ? each : best));
}

/** What files of WebP, AVIF and lossless WebP take, one for each of at most 200 images; codecs that do not run here are left out. */
export async function filesAt(images: ImageBatch, psnr: number): Promise<OtherFiles[]> {
  const loaded = await Promise.allSettled(
    PICTURE_CODECS.filter(({ label }) => LABELS.includes(label)).map(({ load }) => load(images.channels)),
  );
  const some = selectImages(images, spreadPositions(images.count, MOST_IMAGES));
  const measured: OtherFiles[] = [];
  for (const each of loaded)
    if (each.status === 'fulfilled') measured.push(await bestAt(each.value, some, psnr));
  return measured;
}
