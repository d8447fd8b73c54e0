import type { ImageBatch } from '@convae/runtime/web';
import { emptyPicture, fitPicture, type Picture, type PictureShape } from './picture.js';

/** Most pixels of a photo; the networks and the browser's own encoders have to hold it several times. */
export const MAX_PHOTO_PIXELS = 2_000_000;
/** Longest side of a photo, pixels. */
const MAX_PHOTO_SIDE = 8192;
/** Largest image file that is opened, bytes. */
const MAX_IMAGE_BYTES = 64 << 20;

/** Two sides of an image, pixels. */
export interface Sides {
  readonly height: number;
  readonly width: number;
}

/** An image of any size that goes through the codec as it is. */
export interface Photo extends Sides {
  readonly file: File;
  /** RGB and opacity, 0..255; the opacity is not multiplied into the colours. */
  readonly rgba: Uint8ClampedArray;
  /** The sides that it had, where it was too large. */
  readonly scaledFrom: Sides | undefined;
}

/** Reads an image file as a photo, smaller where it is too large. @throws Error with a sentence for people. */
export async function readPhoto(file: File): Promise<Photo> {
  const bitmap = await readBitmap(file);
  try {
    const sides = photoSides(bitmap);
    const { data } = pixelsOf(bitmap, sides, { ...wholeOf(bitmap), ...atOrigin(sides) });
    const scaled = sides.width !== bitmap.width || sides.height !== bitmap.height;
    const scaledFrom = scaled ? { height: bitmap.height, width: bitmap.width } : undefined;
    return { file, rgba: data, ...sides, scaledFrom };
  } finally {
    bitmap.close();
  }
}

/** The sides at which a photo is coded: its own, or smaller ones of the same proportion. */
export function photoSides({ height, width }: Sides): Sides {
  const scale = Math.min(
    1,
    Math.sqrt(MAX_PHOTO_PIXELS / (height * width)),
    MAX_PHOTO_SIDE / Math.max(height, width),
  );
  const side = (length: number): number => Math.max(1, Math.floor(length * scale));
  return { height: side(height), width: side(width) };
}

/** The photo as a model in colour takes it; without opacity it is laid over white. */
export function photoImage({ rgba, height, width }: Photo, channels: number): ImageBatch {
  const data = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const opacity = channels === 4 ? 1 : rgba[4 * i + 3]! / 255;
    for (let c = 0; c < channels; c++)
      data[i * channels + c] = Math.round(255 - opacity * (255 - rgba[4 * i + c]!));
  }
  return { data, count: 1, height, width, channels };
}

/**
 * Turns an image file into a picture. In colour it is cut to the sides' proportion. Grey, nothing is cut off, and what is
 * dark on light is inverted.
 * @throws Error with a sentence for people where the browser cannot read it.
 */
export async function importImage(file: Blob, shape: PictureShape): Promise<Picture> {
  const bitmap = await readBitmap(file);
  try {
    return shape.channels === 1 ? inkOf(bitmap, shape) : coloursOf(bitmap, shape);
  } finally {
    bitmap.close();
  }
}

async function readBitmap(file: Blob): Promise<ImageBitmap> {
  if (file.size > MAX_IMAGE_BYTES)
    throw new Error(`This image is too large for this page: more than ${MAX_IMAGE_BYTES >> 20} MB.`);
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error('This browser cannot read that image. PNG, JPEG and WebP files work.');
  }
}

/** Where something is drawn from and to. */
interface Frame {
  readonly from: readonly [left: number, top: number, width: number, height: number];
  readonly to: readonly [left: number, top: number, width: number, height: number];
}

const wholeOf = ({ width, height }: Sides): Pick<Frame, 'from'> => ({ from: [0, 0, width, height] });
const atOrigin = ({ width, height }: Sides): Pick<Frame, 'to'> => ({ to: [0, 0, width, height] });

function pixelsOf(bitmap: ImageBitmap, { height, width }: Sides, { from, to }: Frame, paper = ''): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser has no memory left for an image of that size.');
  if (paper) {
    context.fillStyle = paper;
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, ...from, ...to);
  return context.getImageData(0, 0, width, height);
}

/** The middle of the image, as much of it as has the proportion of the sides. */
function coloursOf(bitmap: ImageBitmap, shape: PictureShape): Picture {
  const { height, width } = shape;
  const scale = Math.min(bitmap.height / height, bitmap.width / width);
  const [wide, tall] = [width * scale, height * scale];
  const from = [(bitmap.width - wide) / 2, (bitmap.height - tall) / 2, wide, tall] as const;
  const { data } = pixelsOf(bitmap, shape, { from, ...atOrigin(shape) });
  return fitPicture(
    { data: Float32Array.from(data, (value) => value / 255), height, width, channels: 4 },
    shape,
  );
}

/** The image in the middle, as large as it goes, on empty ground. Transparent images are laid over white. */
function inkOf(bitmap: ImageBitmap, { height, width }: PictureShape): Picture {
  const scale = Math.min(height / bitmap.height, width / bitmap.width);
  const inner = {
    height: Math.max(1, Math.round(bitmap.height * scale)),
    width: Math.max(1, Math.round(bitmap.width * scale)),
  };
  const { data } = pixelsOf(bitmap, inner, { ...wholeOf(bitmap), ...atOrigin(inner) }, '#fff');
  const colours = { data: Float32Array.from(data, (value) => value / 255), ...inner, channels: 4 };
  const ink = fitPicture(colours, { ...inner, channels: 1 });
  if (!isDarkOnLight(ink)) for (let i = 0; i < ink.data.length; i++) ink.data[i] = 1 - ink.data[i]!;
  return inTheMiddle(ink, height, width);
}

/** The networks know light on black: an image with a light border is taken as ink on paper. */
function isDarkOnLight({ data, height, width }: Picture): boolean {
  let ink = 0;
  for (let x = 0; x < width; x++) ink += data[x]! + data[(height - 1) * width + x]!;
  for (let y = 0; y < height; y++) ink += data[y * width]! + data[y * width + width - 1]!;
  return ink / (2 * (height + width)) < 0.5;
}

function inTheMiddle(inner: Picture, height: number, width: number): Picture {
  const picture = emptyPicture(height, width);
  const top = (height - inner.height) >> 1;
  const left = (width - inner.width) >> 1;
  for (let y = 0; y < inner.height; y++) {
    const row = inner.data.subarray(y * inner.width, (y + 1) * inner.width);
    picture.data.set(row, (y + top) * width + left);
  }
  return picture;
}
