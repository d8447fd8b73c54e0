import type { ImageBatch } from '@convae/runtime/web';
import { rgbaOf } from '../picture/browser-formats.js';
import type { Sides } from '../picture/import-image.js';
import { type Picture, toImage } from '../picture/picture.js';

/** 0..255. */
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
function paint(canvas: HTMLCanvasElement, sides: Sides, colourOf: (i: number) => Colour): void {
  const { height, width } = sides;
  const rgba = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let i = 0; i < height * width; i++) rgba.set(colourOf(i), 4 * i);
  put(canvas, sides, rgba);
}

/** What is transparent shows the ground of the canvas, a checkerboard where `opacity` is in the picture. */
function put(
  canvas: HTMLCanvasElement,
  { height, width }: Sides,
  rgba: Uint8ClampedArray<ArrayBuffer>,
  opacity = false,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.classList.toggle('checkered', opacity);
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
}

const mix = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

export function paintPicture(canvas: HTMLCanvasElement, picture: Picture, palette: Palette): void {
  paintImage(canvas, toImage(picture), palette);
}

/** Grey images in the colours of the page, others in their own. */
export function paintImage(canvas: HTMLCanvasElement, image: ImageBatch, { ground, ink }: Palette): void {
  const { data, channels } = image;
  if (channels === 1) paint(canvas, image, (i) => mix(ground, ink, data[i]! / 255));
  else put(canvas, image, rgbaOf(image), channels === 4);
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
