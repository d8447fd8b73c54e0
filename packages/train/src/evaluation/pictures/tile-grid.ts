import type { ImageBatch } from '@convae/runtime';
import sharp from 'sharp';
import { outlineText, textLine } from '../plots/outline.js';
import { PALETTE } from '../plots/palette.js';
import { enlargeTile, overlay, type Tile } from './tile.js';

const MARGIN = 28;

/** Where the tiles of a grid are, pixels from the top left. */
export interface GridLayout {
  /** One of its tiles: all have its size. */
  readonly tile: Tile;
  readonly width: number;
  readonly height: number;
  readonly left: (column: number) => number;
  readonly top: (row: number) => number;
}

/** A picture of images of one size in rows and columns, enlarged without smoothing, with words around them. */
export interface TileGrid {
  readonly title: string;
  readonly titleSize?: number;
  /** Height of the title's line of letters, pixels from the top. */
  readonly titleLine: number;
  readonly rows: readonly (readonly (Tile | undefined)[])[];
  /** Longest side of an enlarged image, pixels. */
  readonly side: number;
  /** Between two images, pixels. */
  readonly gap: number;
  /** Room above the first row, left of the first column, below the last row, pixels. */
  readonly header: number;
  readonly labels?: number;
  readonly footer?: number;
  readonly leastWidth: number;
  /** Further room that the columns and rows up to this one leave, pixels. */
  readonly beside?: (column: number) => number;
  readonly above?: (row: number) => number;
  /** Words and lines: SVG elements. */
  readonly marks: (layout: GridLayout) => readonly string[];
}

function layoutOf(grid: TileGrid, tile: Tile): GridLayout {
  const { rows, gap, header, labels = 0, footer = MARGIN, leastWidth, beside, above } = grid;
  const left = (column: number): number =>
    MARGIN + labels + column * (tile.width + gap) + (beside?.(column) ?? 0);
  const top = (row: number): number => header + row * (tile.height + gap) + (above?.(row) ?? 0);
  const last = Math.max(...rows.map((row) => row.length)) - 1;
  const width = Math.max(leastWidth, left(last) + tile.width + MARGIN);
  return { tile, left, top, width, height: top(rows.length - 1) + tile.height + footer };
}

/** One row of a picture: the same images, from one source. */
export interface TitledRow {
  readonly title: string;
  /** A line below the title. */
  readonly note: string;
  readonly images: ImageBatch;
}

/** A title and a line below it, left of each row. */
export function rowTitles(
  rows: readonly TitledRow[],
  { left, top, tile }: GridLayout,
  noteBelow: number,
): string[] {
  const x = left(0) - 18;
  return rows.flatMap(({ title, note }, row) => {
    const y = top(row) + tile.height / 2;
    return [
      textLine(title, x, y, { size: 16, fill: PALETTE.ink.light, anchor: 'end', bold: true }),
      textLine(note, x, y + noteBelow, { anchor: 'end' }),
    ];
  });
}

function lettering(grid: TileGrid, layout: GridLayout): Buffer {
  const { title, titleSize: size = 20, titleLine } = grid;
  const { width, height } = layout;
  const heading = textLine(title, MARGIN, titleLine, { size, fill: PALETTE.ink.light, bold: true });
  const parts = [heading, ...grid.marks(layout)].join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts}</svg>`;
  return Buffer.from(outlineText(svg));
}

/** The grid as PNG bytes. */
export async function tileGridPng(grid: TileGrid): Promise<Buffer> {
  const enlarged = await Promise.all(
    grid.rows.map((row) => Promise.all(row.map((tile) => tile && enlargeTile(tile, grid.side)))),
  );
  const first = enlarged.flat().find((tile) => tile !== undefined)!;
  const layout = layoutOf(grid, first);
  const placed = enlarged.flatMap((tiles, row) =>
    tiles.flatMap((tile, column) => (tile ? overlay(tile, layout.left(column), layout.top(row)) : [])),
  );
  const { width, height } = layout;
  return sharp({ create: { width, height, channels: 3, background: PALETTE.paper.light } })
    .composite([...placed, { input: lettering(grid, layout), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
