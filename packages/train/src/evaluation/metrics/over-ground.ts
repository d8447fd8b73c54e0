import type { ImageBatch } from '@convae/runtime';

/** The grey, 0..255, behind the pixel of a row and a column. */
type Ground = (y: number, x: number) => number;

/** A white page. */
export const white: Ground = () => 255;

/** Side of a square of the checkerboard, pixels. */
const CHECK = 4;
/** Light squares of two greys: what is transparent shows them. */
export const checkerboard: Ground = (y, x) =>
  (Math.floor(y / CHECK) + Math.floor(x / CHECK)) % 2 === 0 ? 255 : 216;

/** RGBA images as they look in front of something: RGB. */
export function overGround({ data, count, height, width }: ImageBatch, ground: Ground): ImageBatch {
  const pixels = new Uint8Array(count * height * width * 3);
  for (let p = 0; p < count * height * width; p++) {
    const behind = ground(Math.floor(p / width) % height, p % width);
    const opacity = data[4 * p + 3]! / 255;
    for (let c = 0; c < 3; c++)
      pixels[3 * p + c] = Math.round(behind + (data[4 * p + c]! - behind) * opacity);
  }
  return { data: pixels, count, height, width, channels: 3 };
}
