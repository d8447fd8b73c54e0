import type { ImageChannels } from '@convae/runtime/core';

/** Most cells of a grid, by channels: more channels need more weights, and all of a bundle is to stay below 200 kB. */
const MOST_CELLS = { 1: 32 * 32, 3: 16 * 16, 4: 16 * 16 } as const;

/** What a grid depends on. */
interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: ImageChannels;
}

/** The grid of places that a network tells apart; 1×1 where all are alike. */
export interface PixelGrid {
  readonly height: number;
  readonly width: number;
  /** The cell of a place in an image of height×width (FORMAT.md, "Network"). */
  cell(y: number, x: number, height: number, width: number): number;
}

/** A grid of height×width cells. */
export function pixelGrid(height: number, width: number): PixelGrid {
  return {
    height,
    width,
    cell: (y, x, imageHeight, imageWidth) =>
      Math.floor(((2 * y + 1) * height) / (2 * imageHeight)) * width +
      Math.floor(((2 * x + 1) * width) / (2 * imageWidth)),
  };
}

/** A cell for each place of such images, or for each square of places where that would be too many. */
export function gridFor(image: ImageShape): PixelGrid {
  const sides = (factor: number) => [image.height, image.width].map((side) => Math.ceil(side / factor));
  let factor = 1;
  while (sides(factor)[0]! * sides(factor)[1]! > MOST_CELLS[image.channels]) factor++;
  const [height, width] = sides(factor) as [number, number];
  return pixelGrid(height, width);
}
