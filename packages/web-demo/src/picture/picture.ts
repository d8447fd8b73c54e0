import type { ImageBatch } from '@convae/runtime/web';

/**
 * A picture as it is drawn: float32, height×width, row-major, 0 (empty) to 1 (full ink), grey.
 * The networks were trained on light digits on black: ink is their white.
 */
export interface Picture {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

export function emptyPicture(height: number, width: number): Picture {
  return { data: new Float32Array(height * width), height, width };
}

export function copyPicture(picture: Picture): Picture {
  return { ...picture, data: picture.data.slice() };
}

/** Whether nothing has been drawn. */
export function isEmpty({ data }: Picture): boolean {
  return data.every((value) => value === 0);
}

/** uint8, 1×height×width×channels, 0..255: what the codec takes. Colour channels are all alike, alpha is opaque. */
export function toImage({ data, height, width }: Picture, channels: number): ImageBatch {
  const pixels = new Uint8Array(data.length * channels);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = i % channels === 3 ? 255 : Math.round(data[Math.floor(i / channels)]! * 255);
  return { data: pixels, count: 1, height, width, channels };
}

/** The same picture with other sides: each new pixel is the mean of the area that it covers. */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const resized = emptyPicture(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      resized.data[y * width + x] = meanOf(picture, {
        top: (y * picture.height) / height,
        bottom: ((y + 1) * picture.height) / height,
        left: (x * picture.width) / width,
        right: ((x + 1) * picture.width) / width,
      });
    }
  }
  return resized;
}

interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function meanOf({ data, width }: Picture, { top, bottom, left, right }: Area): number {
  let sum = 0;
  for (let y = Math.floor(top); y < bottom; y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.floor(left); x < right; x++) {
      sum += data[y * width + x]! * tall * (Math.min(x + 1, right) - Math.max(x, left));
    }
  }
  return sum / ((bottom - top) * (right - left));
}
