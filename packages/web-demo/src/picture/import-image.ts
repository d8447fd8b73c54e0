import { emptyPicture, type Picture, resizePicture } from './picture.js';

/** Longest side at which a foreign image is looked at, pixels; it is made much smaller anyway. */
const WORKING_SIDE = 560;

/**
 * Turns an image file into a picture: scaled into the sides without cropping, grey, and inverted where it is dark on light.
 * @throws Error with a sentence for people where the browser cannot read it.
 */
export async function importImage(file: Blob, height: number, width: number): Promise<Picture> {
  const bitmap = await readBitmap(file);
  try {
    const large = inkOf(bitmap);
    if (isDarkOnLight(large)) for (let i = 0; i < large.data.length; i++) large.data[i] = 1 - large.data[i]!;
    return fitted(large, height, width);
  } finally {
    bitmap.close();
  }
}

async function readBitmap(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error('This browser cannot read that image. PNG, JPEG and WebP files work.');
  }
}

function inkOf(bitmap: ImageBitmap): Picture {
  const scale = Math.min(1, WORKING_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  // Transparent images are laid over white.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const picture = emptyPicture(height, width);
  for (let i = 0; i < picture.data.length; i++) {
    // Luma of ITU-R BT.601.
    picture.data[i] = (0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!) / 255;
  }
  return picture;
}

/** The networks know light on black: an image with a light border is taken as ink on paper. */
function isDarkOnLight({ data, height, width }: Picture): boolean {
  let sum = 0;
  for (let x = 0; x < width; x++) sum += data[x]! + data[(height - 1) * width + x]!;
  for (let y = 0; y < height; y++) sum += data[y * width]! + data[y * width + width - 1]!;
  return sum / (2 * (height + width)) > 0.5;
}

/** In the middle, as large as it goes, on empty ground. */
function fitted(large: Picture, height: number, width: number): Picture {
  const scale = Math.min(height / large.height, width / large.width);
  const inner = resizePicture(
    large,
    Math.max(1, Math.round(large.height * scale)),
    Math.max(1, Math.round(large.width * scale)),
  );
  const picture = emptyPicture(height, width);
  const top = (height - inner.height) >> 1;
  const left = (width - inner.width) >> 1;
  for (let y = 0; y < inner.height; y++) {
    const row = inner.data.subarray(y * inner.width, (y + 1) * inner.width);
    picture.data.set(row, (y + top) * width + left);
  }
  return picture;
}
