import { gridPlaces } from '../context/context-prior.js';
import type { ContextKernelName } from '../context/kernel.js';
import type { ItemShape } from '../image.js';
import type { PixelModel } from './pixel-model.js';

/** Writes values, or reads them: a walk asks it the questions of a value in turn (FORMAT.md, "Distribution of a value"). */
export interface ValueCoder {
  /** Writes the answer `yes`, 0 or 1, or reads one. `first`: the frequency of yes of 65536. */
  answer(first: number, yes: number): number;
  /** Where the next value lies, 0..65535; −1 where values are written. */
  slot(): number;
  /** Writes the interval of a value, or takes the one that the slot lies in. */
  interval(low: number, high: number): void;
  /** Told where what was read is nothing that is written: throws. */
  refuse(): void;
}

/** What a walk needs to know of images of one size. */
export interface PixelFrame {
  readonly width: number;
  /** What each row, and each column, adds to the number of a place of the grid. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Places of an image that are coded in one go: whole rows, or a part of one. */
export interface PixelBlock {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** Walks over the values of an image in coding order and gives each one's distribution to the coder. */
export interface PixelWalker {
  readonly name: ContextKernelName;
  /**
   * Codes a block of an image, blocks in coding order; whatever the coder says stands in the image then.
   * @param image uint8, H×W×C; before the block what is coded already.
   */
  code(image: Uint8Array, frame: PixelFrame, block: PixelBlock, coder: ValueCoder): void;
}

/** Values that are coded between two turns of others, about: a millisecond, in plain code some tens. */
export const PIECE_VALUES = 2048;

/** The frame of images of a size. */
export function frameOf(
  { gridHeight, gridWidth }: Pick<PixelModel, 'gridHeight' | 'gridWidth'>,
  { height, width }: Pick<ItemShape, 'height' | 'width'>,
): PixelFrame {
  const rows = Int32Array.from(gridPlaces(height, gridHeight), (row) => row * gridWidth);
  return { width, rows, columns: Int32Array.from(gridPlaces(width, gridWidth)) };
}

/** An image in blocks of at most so many values, in coding order. */
export function blocksOf({ channels, height, width }: ItemShape, values = PIECE_VALUES): PixelBlock[] {
  const places = Math.max(1, Math.floor(values / channels));
  const [rows, columns] = [Math.max(1, Math.floor(places / width)), Math.min(places, width)];
  const blocks: PixelBlock[] = [];
  for (let top = 0; top < height; top += rows)
    for (let left = 0; left < width; left += columns)
      blocks.push({
        ...{ top, left },
        ...{ rows: Math.min(rows, height - top), columns: Math.min(columns, width - left) },
      });
  return blocks;
}
