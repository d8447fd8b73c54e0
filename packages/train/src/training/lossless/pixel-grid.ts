/** Most cells of a grid: the table of their biases is most of a bundle. */
const MOST_CELLS = 32 * 32;

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

/** A cell for each place of images of this size, or for each square of places where that would be too many. */
export function gridFor(image: { readonly height: number; readonly width: number }): PixelGrid {
  const sides = (factor: number) => [image.height, image.width].map((side) => Math.ceil(side / factor));
  let factor = 1;
  while (sides(factor)[0]! * sides(factor)[1]! > MOST_CELLS) factor++;
  const [height, width] = sides(factor) as [number, number];
  return pixelGrid(height, width);
}
