import type { ImageBatch } from '@convae/runtime/web';
import type { Picture } from '../picture/picture.js';

type Colour = readonly [red: number, green: number, blue: number];

/** The colours that pictures are painted with, from the page's style sheet. */
export interface Palette {
  readonly ground: Colour;
  readonly ink: Colour;
  /** Below zero; where ink is missing. */
  readonly lack: Colour;
  /** Where there is too much. */
  readonly excess: Colour;
}

/** The palette of the present theme. */
export function currentPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): Colour => {
    const hex = Number.parseInt(style.getPropertyValue(name).trim().slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  };
  return { ground: read('--lcd'), ink: read('--ink'), lack: read('--lack'), excess: read('--excess') };
}

/** Paints a canvas of height×width pixels; `colourOf` gives the colour of each. */
function paint(
  canvas: HTMLCanvasElement,
  { height, width }: { readonly height: number; readonly width: number },
  colourOf: (i: number) => Colour,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    pixels.data.set(colourOf(i), 4 * i);
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

const mix = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

export function paintPicture(canvas: HTMLCanvasElement, picture: Picture, { ground, ink }: Palette): void {
  paint(canvas, picture, (i) => mix(ground, ink, picture.data[i]!));
}

/** Side of a square of the checkerboard behind transparent images, pixels. */
const CHECK = 4;

/** The checkerboard's colour behind a pixel. */
function checker(i: number, width: number): Colour {
  const odd = (Math.floor(i / width / CHECK) + Math.floor((i % width) / CHECK)) % 2;
  return odd === 0 ? [255, 255, 255] : [216, 216, 216];
}

/** Grey images in the colours of the page, others in their own, transparent ones over a checkerboard. */
export function paintImage(canvas: HTMLCanvasElement, image: ImageBatch, { ground, ink }: Palette): void {
  const { data, channels } = image;
  if (channels === 1) paint(canvas, image, (i) => mix(ground, ink, data[i]! / 255));
  else if (channels === 3) paint(canvas, image, (i) => [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!]);
  else {
    const colour = (i: number): Colour => [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    paint(canvas, image, (i) => mix(checker(i, image.width), colour(i), data[4 * i + 3]! / 255));
  }
}

/** Differences that are painted in full colour, 0..1: half of the range. */
const FULL_ERROR = 0.5;

/** Where the second image has less than the first, and where more. */
export function paintError(
  canvas: HTMLCanvasElement,
  from: ImageBatch,
  to: ImageBatch,
  palette: Palette,
): void {
  const { channels } = from;
  paint(canvas, from, (i) => {
    let error = 0;
    for (let c = 0; c < channels; c++) error += to.data[i * channels + c]! - from.data[i * channels + c]!;
    return signed(error / (255 * channels * FULL_ERROR), { ...palette, ink: palette.excess });
  });
}

/** Numbers around zero: `full` is painted in full colour. */
export function paintNumbers(
  canvas: HTMLCanvasElement,
  numbers: { readonly data: ArrayLike<number>; readonly height: number; readonly width: number },
  full: number,
  palette: Palette,
): void {
  paint(canvas, numbers, (i) =>
    i < numbers.data.length ? signed(numbers.data[i]! / full, palette) : palette.ground,
  );
}

function signed(value: number, { ground, ink, lack }: Palette): Colour {
  return mix(ground, value < 0 ? lack : ink, Math.min(1, Math.abs(value)));
}
