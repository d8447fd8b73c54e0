import type { FloatImageBatch } from './image.js';

/** An image at one resolution: three planes of colour, and how much each pixel's colour counts; 0: it has none. */
interface Level {
  readonly height: number;
  readonly width: number;
  readonly colours: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Gives the fully transparent pixels of RGBA images smooth colours that continue those of the visible ones: nobody sees
 * them, and they cost few bits. Training and encoding both do it. Visible pixels and alpha stay as they are, and so do
 * images of other channels.
 * @param images float32, N×C×H×W, 0..1; not changed.
 * @returns the same batch where nothing is transparent, else a new one; black where an image has no visible pixel.
 * @source Gortler, Grzeszczuk, Szeliski and Cohen, The Lumigraph, 1996, section 3.4: pull-push
 */
export function fillTransparent(images: FloatImageBatch): FloatImageBatch {
  const { count, height, width, channels } = images;
  if (channels !== 4) return images;
  const area = height * width;
  const data = images.data.slice();
  let filled = false;
  for (let start = 0; start < count * area * 4; start += area * 4) {
    const colours = data.subarray(start, start + area * 3);
    const weights = data.subarray(start + area * 3, start + area * 4);
    filled = fill({ height, width, colours, weights }) || filled;
  }
  return filled ? { ...images, data } : images;
}

/** Gives colours to the pixels without, those of the image at half the size; whether there were any. */
function fill(level: Level): boolean {
  const { height, width, weights, colours } = level;
  if (!weights.includes(0)) return false;
  const [fine, coarse] = [height * width, halved(level)];
  for (let i = 0; i < fine; i++) {
    if (weights[i] !== 0) continue;
    for (let c = 0; c < 3; c++)
      colours[c * fine + i] = interpolated(coarse, c, Math.floor(i / width), i % width);
  }
  return true;
}

/** The image at half the size, rounded up, and filled: the means of the visible pixels of 2×2. */
function halved({ height, width, colours, weights }: Level): Level {
  const [rows, columns, fine] = [(height + 1) >> 1, (width + 1) >> 1, height * width];
  const area = rows * columns;
  const level = {
    height: rows,
    width: columns,
    colours: new Float32Array(3 * area),
    weights: new Float32Array(area),
  };
  for (let i = 0; i < fine; i++) {
    const weight = weights[i]!;
    const to = (Math.floor(i / width) >> 1) * columns + ((i % width) >> 1);
    level.weights[to]! += weight;
    for (let c = 0; c < 3; c++) level.colours[c * area + to]! += weight * colours[c * fine + i]!;
  }
  for (let i = 0; i < 3 * area; i++) level.colours[i]! /= level.weights[i % area]! || 1;
  if (area > 1) fill(level);
  return level;
}

/** A colour of the image at half the size, bilinear, at the place of a pixel of the larger one. */
function interpolated({ height, width, colours }: Level, colour: number, y: number, x: number): number {
  const at = (row: number, column: number): number => colours[(colour * height + row) * width + column]!;
  const [row, column] = [y >> 1, x >> 1];
  const otherRow = Math.max(0, Math.min(height - 1, row + (y % 2 === 0 ? -1 : 1)));
  const otherColumn = Math.max(0, Math.min(width - 1, column + (x % 2 === 0 ? -1 : 1)));
  const near = 3 * at(row, column) + at(row, otherColumn);
  const far = 3 * at(otherRow, column) + at(otherRow, otherColumn);
  return (3 * near + far) / 16;
}
