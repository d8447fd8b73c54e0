import type { ImageBatch } from '@convae/runtime/web';
import { bareJpegBytes, bareWebpBytes } from './bare-bytes.js';
import { psnrOf } from './quality.js';
import { lowestReaching } from './search.js';

/** An image as one of the browser's own encoders keeps it. */
export interface Written {
  /** Without a colour profile. */
  readonly bytes: number;
  /** Decibels. */
  readonly psnr: number;
  readonly image: ImageBatch;
}

/** The formats of browsers that lose something. */
export type LossyFormat = 'jpeg' | 'webp';

/**
 * The image in a lossy format, at the lowest of the browser's settings that reaches a PSNR, or the closest that there is.
 * @param psnr Decibels.
 * @param wanted Whether the answer is still wanted: the search ends where it is not.
 * @returns Undefined where this browser does not write the format, or the format has no opacity and the image has.
 */
export async function writtenAt(
  image: ImageBatch,
  format: LossyFormat,
  psnr: number,
  wanted: () => boolean,
): Promise<Written | undefined> {
  if (format === 'jpeg' && image.channels === 4) return undefined;
  const canvas = canvasOf(image);
  const at = async (quality: number): Promise<Written | undefined> =>
    wanted() ? writtenWith(canvas, image, format, quality) : undefined;
  return lowestReaching(at, psnr);
}

/** The image as a PNG file. */
export function pngOf(image: ImageBatch): Promise<Blob> {
  return canvasOf(image).convertToBlob({ type: 'image/png' });
}

/** RGB and opacity of an image, 0..255. */
export function rgbaOf({ data, height, width, channels }: ImageBatch): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < Math.max(3, channels); c++)
      rgba[4 * i + c] = data[i * channels + Math.min(c, channels - 1)]!;
  return rgba;
}

function canvasOf(image: ImageBatch): OffscreenCanvas {
  const { height, width, channels } = image;
  const canvas = new OffscreenCanvas(width, height);
  // Without an alpha channel the files need none either.
  const context = canvas.getContext('2d', { alpha: channels === 4, willReadFrequently: true })!;
  context.putImageData(new ImageData(rgbaOf(image), width, height), 0, 0);
  return canvas;
}

async function writtenWith(
  canvas: OffscreenCanvas,
  original: ImageBatch,
  format: LossyFormat,
  quality: number,
): Promise<Written | undefined> {
  const type = `image/${format}`;
  const blob = await canvas.convertToBlob({ type, quality });
  // A browser that cannot write a format writes PNG.
  if (blob.type !== type) return undefined;
  const file = new Uint8Array(await blob.arrayBuffer());
  const bytes = format === 'webp' ? bareWebpBytes(file) : bareJpegBytes(file);
  const image = await imageOf(blob, original);
  return { bytes, psnr: psnrOf(original, image), image };
}

async function imageOf(blob: Blob, { height, width, channels }: ImageBatch): Promise<ImageBatch> {
  const bitmap = await createImageBitmap(blob);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(height * width * channels);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * Math.floor(i / channels) + (i % channels)]!;
  return { data, count: 1, height, width, channels };
}
