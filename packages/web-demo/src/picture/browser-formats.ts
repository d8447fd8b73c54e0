import type { ImageBatch } from '@convae/runtime/web';
import { psnrOf } from './quality.js';

/** What the browser's own encoders make of an image. */
export interface BrowserSizes {
  /** Lossless, bytes. */
  readonly png: number;
  /** At least as close to the original as asked for, or the closest that there is; undefined where the browser writes none. */
  readonly webp: { readonly bytes: number; readonly psnr: number } | undefined;
}

/** Steps in which WebP's setting is searched. */
const SEARCH_STEPS = 5;

/**
 * Sizes of an image as PNG and as WebP, made by this browser.
 * @param psnr What WebP has to reach, decibels.
 */
export async function browserSizes(image: ImageBatch, psnr: number): Promise<BrowserSizes> {
  const canvas = canvasOf(image);
  const png = await canvas.convertToBlob({ type: 'image/png' });
  return { png: png.size, webp: await smallestWebp(canvas, image, psnr) };
}

/** The image as a PNG file. */
export function pngOf(image: ImageBatch): Promise<Blob> {
  return canvasOf(image).convertToBlob({ type: 'image/png' });
}

function canvasOf({ data, height, width, channels }: ImageBatch): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  // Without an alpha channel the files need none either.
  const context = canvas.getContext('2d', { alpha: channels === 4, willReadFrequently: true })!;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[i * channels + Math.min(c, channels - 1)]!;
    pixels.data[4 * i + 3] = channels === 4 ? data[4 * i + 3]! : 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** By bisection over WebP's quality: size and PSNR both rise with it. */
async function smallestWebp(
  canvas: OffscreenCanvas,
  image: ImageBatch,
  psnr: number,
): Promise<BrowserSizes['webp']> {
  let low = 0;
  let high = 1;
  let best = await webpAt(canvas, image, low);
  if (best === undefined || best.psnr >= psnr) return best;
  best = await webpAt(canvas, image, high);
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const middle = (low + high) / 2;
    const tried = await webpAt(canvas, image, middle);
    if (tried === undefined) return undefined;
    if (tried.psnr >= psnr) {
      high = middle;
      best = tried;
    } else {
      low = middle;
    }
  }
  return best;
}

async function webpAt(
  canvas: OffscreenCanvas,
  image: ImageBatch,
  quality: number,
): Promise<BrowserSizes['webp']> {
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
  // A browser that cannot write WebP writes PNG.
  if (blob.type !== 'image/webp') return undefined;
  return { bytes: await bareWebpBytes(blob), psnr: psnrOf(image, await pixelsOf(blob, image)) };
}

/** Header of the file: RIFF, its length, WEBP. */
const RIFF_HEADER_BYTES = 12;
/** The colour profile that Chromium puts into every file, and the extended header that announces it. */
const LEFT_OUT = ['ICCP', 'VP8X'];

/**
 * Bytes of a WebP file without its colour profile, which no comparison should pay for: half a kilobyte.
 * (WebP container specification, "RIFF file format": chunks of a name, a length and so many bytes, padded to even.)
 */
async function bareWebpBytes(blob: Blob): Promise<number> {
  const view = new DataView(await blob.arrayBuffer());
  let bytes = RIFF_HEADER_BYTES;
  for (let at = RIFF_HEADER_BYTES; at + 8 <= view.byteLength; ) {
    const name = String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
    const length = 8 + view.getUint32(at + 4, true);
    const padded = length + (length % 2);
    if (!LEFT_OUT.includes(name)) bytes += padded;
    at += padded;
  }
  return bytes;
}

async function pixelsOf(blob: Blob, image: ImageBatch): Promise<ImageBatch> {
  const { height, width, channels } = image;
  const bitmap = await createImageBitmap(blob);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = Uint8Array.from(image.data, (_, i) => rgba[4 * Math.floor(i / channels) + (i % channels)]!);
  return { ...image, data };
}
