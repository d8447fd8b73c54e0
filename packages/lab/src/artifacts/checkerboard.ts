import type { ImageBatch } from '@convae/runtime';
import type { Cell } from './steps.js';

/** Mean power of images, (0..1)², at the frequencies of patterns that repeat with the cell. */
export interface CheckerboardPower {
  /** At all multiples of 1/cell cycles per pixel, the mean left out: what repeats from cell to cell. */
  readonly cell: number;
  /** At 1/2 cycles per pixel across, down or both, part of the above: what alternates from pixel to pixel. */
  readonly pixel: number;
}

/** The mean of all whole cells of one channel of one image: one cell, row-major, 0..1. */
function meanCell(images: ImageBatch, image: number, channel: number, cell: Cell): Float64Array {
  const { data, height, width, channels } = images;
  const [rows, columns] = [Math.floor(height / cell.height), Math.floor(width / cell.width)];
  const mean = new Float64Array(cell.height * cell.width);
  for (let y = 0; y < rows * cell.height; y++) {
    for (let x = 0; x < columns * cell.width; x++) {
      const value = data[((image * height + y) * width + x) * channels + channel]!;
      mean[(y % cell.height) * cell.width + (x % cell.width)]! += value;
    }
  }
  return mean.map((sum) => sum / (rows * columns * 255));
}

function average(values: Float64Array, sign: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += sign(i) * values[i]!;
  return sum / values.length;
}

/** The variance of the mean cell. */
function cellPower(mean: Float64Array): number {
  const centre = average(mean, () => 1);
  return average(
    mean.map((value) => (value - centre) ** 2),
    () => 1,
  );
}

/** Squared amplitude of the patterns that alternate across, down, and both ways; 0 where the cell is odd there. */
function pixelPower(mean: Float64Array, { height, width }: Cell): number {
  const [evenX, evenY] = [width % 2 === 0, height % 2 === 0];
  const alternate = (n: number): number => (n % 2 === 0 ? 1 : -1);
  const x = (i: number): number => alternate(i % width);
  const y = (i: number): number => alternate(Math.floor(i / width));
  const across = evenX ? average(mean, x) ** 2 : 0;
  const down = evenY ? average(mean, y) ** 2 : 0;
  return across + down + (evenX && evenY ? average(mean, (i) => x(i) * y(i)) ** 2 : 0);
}

/**
 * Measures the power at the checkerboard frequencies: the mean over images and channels. By Parseval's theorem the
 * variance of the mean cell is the sum of |DFT / pixels|² over all multiples of 1/cell cycles per pixel without the
 * mean. Rows and columns beyond the last whole cell are left out.
 */
export function measureCheckerboard(images: ImageBatch, cell: Cell): CheckerboardPower {
  let [whole, pixel] = [0, 0];
  for (let image = 0; image < images.count; image++) {
    for (let channel = 0; channel < images.channels; channel++) {
      const mean = meanCell(images, image, channel, cell);
      whole += cellPower(mean);
      pixel += pixelPower(mean, cell);
    }
  }
  const parts = images.count * images.channels;
  return { cell: whole / parts, pixel: pixel / parts };
}
