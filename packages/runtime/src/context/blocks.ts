import type { ItemShape } from '../image.js';

/** Places of an image or a latent that are coded in one go: whole rows, or a part of one. */
export interface Block {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** What a walk needs to know of images or latents of one size. */
export interface Frame {
  readonly width: number;
  /** What each row, and each column, adds to the number of a place of the grid. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** The places that a model tells apart. */
interface Grid {
  readonly gridHeight: number;
  readonly gridWidth: number;
}

/** The frame of images or latents of a size. */
export function frameOf(
  { gridHeight, gridWidth }: Grid,
  { height, width }: Pick<ItemShape, 'height' | 'width'>,
): Frame {
  const rows = gridPlaces(height, gridHeight).map((row) => row * gridWidth);
  return { width, rows, columns: gridPlaces(width, gridWidth) };
}

/** For each row (or column), that of the trained size which lies at its middle. */
function gridPlaces(side: number, gridSide: number): Int32Array {
  return Int32Array.from({ length: side }, (_, i) => Math.floor(((2 * i + 1) * gridSide) / (2 * side)));
}

/** Places of a block of so many values, at most, but at least one. */
export const placesOf = (channels: number, values: number): number =>
  Math.max(1, Math.floor(values / channels));

/** An image or a latent in blocks of at most so many values, in coding order. */
export function blocksOf({ channels, height, width }: ItemShape, values: number): Block[] {
  const places = placesOf(channels, values);
  const [rows, columns] = [Math.max(1, Math.floor(places / width)), Math.min(places, width)];
  const blocks: Block[] = [];
  for (let top = 0; top < height; top += rows)
    for (let left = 0; left < width; left += columns)
      blocks.push({
        ...{ top, left },
        ...{ rows: Math.min(rows, height - top), columns: Math.min(columns, width - left) },
      });
  return blocks;
}
