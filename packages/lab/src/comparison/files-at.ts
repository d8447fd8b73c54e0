import type { ImageBatch } from '@convae/runtime';
import { type OtherFiles, psnrFromMse, selectImages, spreadPositions } from '@convae/train/kit';
import type { PictureCodec } from './codecs/picture-codec.js';
import { measurePictures } from './codecs/picture-measurements.js';
import { PICTURE_CODECS } from './codecs/registry.js';

/** The codecs that people would use instead, by their labels. */
const LABELS: readonly string[] = ['WebP', 'AVIF', 'WebP lossless'];
/** Images that are coded, most. */
const MOST_IMAGES = 200;
/** Settings of quality that are tried. */
const QUALITIES = { least: 1, most: 100 } as const;

async function filesOf(codec: PictureCodec, images: ImageBatch, quality: number): Promise<OtherFiles> {
  const { bytesPerImage: bytes, mse } = await measurePictures(codec, images, { layout: 'file', quality });
  return { codec: codec.name, bytes, psnr: psnrFromMse(mse) };
}

/** The coarsest whole setting that has this PSNR; the finest where none has. */
async function coarsestAt(codec: PictureCodec, images: ImageBatch, psnr: number): Promise<OtherFiles> {
  if (codec.lossless) return filesOf(codec, images, QUALITIES.least);
  let [low, high]: [number, number] = [QUALITIES.least, QUALITIES.most];
  let found = await filesOf(codec, images, high);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const files = await filesOf(codec, images, middle);
    if ((files.psnr ?? Number.POSITIVE_INFINITY) < psnr) low = middle + 1;
    else [high, found] = [middle, files];
  }
  return found;
}

/** What files of WebP, AVIF and lossless WebP take, one for each of at most 200 images; codecs that do not run here are left out. */
export async function filesAt(images: ImageBatch, psnr: number): Promise<OtherFiles[]> {
  const loaded = await Promise.allSettled(
    PICTURE_CODECS.filter(({ label }) => LABELS.includes(label)).map(({ load }) => load()),
  );
  const some = selectImages(images, spreadPositions(images.count, MOST_IMAGES));
  const measured: OtherFiles[] = [];
  for (const each of loaded)
    if (each.status === 'fulfilled') measured.push(await coarsestAt(each.value, some, psnr));
  return measured;
}
