import {
  type GridLayout,
  PALETTE,
  rowTitles,
  type TitledRow,
  textLine,
  tileGridPng,
  tilesOf,
} from '@convae/train/kit';
import type { Cell } from './steps.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 196;
const TICK = 5;

/** Marks where cells meet, in the gap above and left of every image. */
function ticks(rows: readonly TitledRow[], cell: Cell, { tile, left, top }: GridLayout): string[] {
  const line = (x1: number, y1: number, x2: number, y2: number): string =>
    `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${PALETTE.second.light}" stroke-width="1.5"/>`;
  const places = (side: number, step: number): number[] =>
    Array.from({ length: Math.ceil(side / step) - 1 }, (_, i) => (i + 1) * step);
  const scale = tile.width / rows[0]!.images.width;
  const marks: string[] = [];
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < rows[0]!.images.count; column++) {
      const [x, y] = [left(column), top(row)];
      for (const at of places(tile.width, cell.width * scale)) marks.push(line(x + at, y - TICK, x + at, y));
      for (const at of places(tile.height, cell.height * scale))
        marks.push(line(x - TICK, y + at, x, y + at));
    }
  }
  return marks;
}

/** The same images, enlarged without smoothing, a row for the originals and one for each decoder: PNG. */
export function artifactsPng(rows: readonly TitledRow[], cell: Cell, title: string): Promise<Buffer> {
  const legend = 'Marks: where the cells of the latent meet. Artifact measure: 1 where no cell shows.';
  return tileGridPng({
    title,
    titleLine: 42,
    rows: rows.map(({ images }) => tilesOf(images)),
    side: TILE_SIDE,
    gap: 12,
    header: 76,
    labels: 210,
    footer: 44,
    leastWidth: 720,
    marks: (layout) => [
      textLine(legend, layout.left(0), layout.height - 16),
      ...rowTitles(rows, layout, 22),
      ...ticks(rows, cell, layout),
    ],
  });
}
