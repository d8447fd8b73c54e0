import type { ImageBatch } from '@convae/runtime';
import {
  enlargeTile,
  outlineText,
  overlay,
  PALETTE,
  type Tile,
  textElement,
  tileOf,
} from '@convae/train/kit';
import sharp, { type OverlayOptions } from 'sharp';
import type { Cell } from './steps.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 196;
const GAP = 12;
const MARGIN = 28;
const LABEL_WIDTH = 210;
const HEADER = 76;
const FOOTER = 44;
const TICK = 5;

/** One row of the picture: the same images, from one source. */
export interface PictureRow {
  readonly title: string;
  /** A line below the title. */
  readonly note: string;
  readonly images: ImageBatch;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly tile: { readonly width: number; readonly height: number };
  readonly left: (column: number) => number;
  readonly top: (row: number) => number;
}

function layoutOf(rows: number, columns: number, tile: Tile): Layout {
  const left = (column: number): number => MARGIN + LABEL_WIDTH + column * (tile.width + GAP);
  const top = (row: number): number => HEADER + row * (tile.height + GAP);
  return {
    tile,
    left,
    top,
    width: Math.max(720, left(columns) - GAP + MARGIN),
    height: top(rows) - GAP + FOOTER,
  };
}

async function placedTiles(rows: readonly Tile[][], layout: Layout): Promise<OverlayOptions[]> {
  return rows.flatMap((tiles, row) =>
    tiles.map((tile, column) => overlay(tile, layout.left(column), layout.top(row))),
  );
}

function rowTitles(rows: readonly PictureRow[], { top, tile }: Layout): string[] {
  const x = MARGIN + LABEL_WIDTH - 18;
  return rows.flatMap(({ title, note }, row) => {
    const y = top(row) + tile.height / 2;
    return [
      textElement({ text: title, x, y, size: 16, fill: PALETTE.ink.light, anchor: 'end', bold: true }),
      textElement({ text: note, x, y: y + 22, size: 14, fill: PALETTE.muted.light, anchor: 'end' }),
    ];
  });
}

/** Marks where cells meet, in the gap above and left of every image. */
function ticks(rows: number, columns: number, cell: Cell, scale: number, layout: Layout): string[] {
  const { tile, left, top } = layout;
  const line = (x1: number, y1: number, x2: number, y2: number): string =>
    `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${PALETTE.second.light}" stroke-width="1.5"/>`;
  const places = (side: number, step: number): number[] =>
    Array.from({ length: Math.ceil(side / step) - 1 }, (_, i) => (i + 1) * step);
  const marks: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [left(column), top(row)];
      for (const at of places(tile.width, cell.width * scale)) marks.push(line(x + at, y - TICK, x + at, y));
      for (const at of places(tile.height, cell.height * scale))
        marks.push(line(x - TICK, y + at, x, y + at));
    }
  }
  return marks;
}

function lettering(rows: readonly PictureRow[], title: string, marks: string[], layout: Layout): Buffer {
  const { width, height } = layout;
  const ink = PALETTE.ink.light;
  const heading = textElement({ text: title, x: MARGIN, y: 42, size: 20, fill: ink, bold: true });
  const legend = textElement({
    text: 'Marks: where the cells of the latent meet. Artifact measure: 1 where no cell shows.',
    x: MARGIN + LABEL_WIDTH,
    y: height - 16,
    size: 14,
    fill: PALETTE.muted.light,
  });
  const parts = [heading, legend, ...rowTitles(rows, layout), ...marks].join('');
  return Buffer.from(
    outlineText(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts}</svg>`),
  );
}

/** The same images, enlarged without smoothing, a row for the originals and one for each decoder: PNG. */
export async function artifactsPng(rows: readonly PictureRow[], cell: Cell, title: string): Promise<Buffer> {
  const tiles = await Promise.all(
    rows.map(({ images }) =>
      Promise.all(Array.from({ length: images.count }, (_, i) => enlargeTile(tileOf(images, i), TILE_SIDE))),
    ),
  );
  const columns = tiles[0]!.length;
  const layout = layoutOf(rows.length, columns, tiles[0]![0]!);
  const scale = layout.tile.width / rows[0]!.images.width;
  const marks = ticks(rows.length, columns, cell, scale, layout);
  const { width, height } = layout;
  const create = { width, height, channels: 3 as const, background: PALETTE.paper.light };
  const text = { input: lettering(rows, title, marks, layout), left: 0, top: 0 };
  return sharp({ create })
    .composite([...(await placedTiles(tiles, layout)), text])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
