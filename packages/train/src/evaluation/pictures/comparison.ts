import sharp from 'sharp';
import type { Example } from '../examples.js';
import { outlineText, textElement } from '../plots/outline.js';
import { PALETTE } from '../plots/palette.js';
import { enlargeTile, overlay, type Tile } from './tile.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 112;
/** Longest side of an image that is larger than that by itself. */
const LARGE_TILE_SIDE = 192;
const GAP = 6;
const BLOCK_GAP = 24;
const MARGIN = 28;
const LABEL_WIDTH = 124;
const HEADER = 86;

interface Layout {
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly width: number;
  readonly height: number;
}

type Grid = readonly (readonly (Example | undefined)[])[];

function enlarged(tile: Tile): Promise<Tile> {
  const large = Math.max(tile.width, tile.height) > TILE_SIDE;
  return enlargeTile(tile, large ? LARGE_TILE_SIDE : TILE_SIDE);
}

async function layoutOf(grid: Grid): Promise<Layout> {
  const first = grid.flat().find((example) => example !== undefined)!;
  const { width: tileWidth, height: tileHeight } = await enlarged(first.original);
  const columns = Math.max(...grid.map((row) => row.length));
  const block = 2 * tileHeight + GAP + BLOCK_GAP;
  return {
    tileWidth,
    tileHeight,
    width: Math.max(720, MARGIN + LABEL_WIDTH + columns * (tileWidth + GAP) - GAP + MARGIN),
    height: HEADER + grid.length * block - BLOCK_GAP + MARGIN,
  };
}

const columnLeft = ({ tileWidth }: Layout, column: number): number =>
  MARGIN + LABEL_WIDTH + column * (tileWidth + GAP);
const blockTop = ({ tileHeight }: Layout, row: number): number =>
  HEADER + row * (2 * tileHeight + GAP + BLOCK_GAP);

async function placed(example: Example, layout: Layout, column: number, row: number) {
  const tiles = [example.original, example.reconstruction];
  return Promise.all(
    tiles.map(async (tile, index) => {
      const top = blockTop(layout, row) + index * (layout.tileHeight + GAP);
      return overlay(await enlarged(tile), columnLeft(layout, column), top);
    }),
  );
}

function columnTitles(grid: Grid, layout: Layout): string[] {
  const fill = PALETTE.ink.light;
  return (grid[0] ?? []).map((_, column) => {
    const label = grid.map((row) => row[column]).find((example) => example !== undefined)?.label;
    const x = columnLeft(layout, column) + layout.tileWidth / 2;
    const text = label === undefined ? '' : String(label);
    return textElement({ text, x, y: HEADER - 12, size: 18, fill, anchor: 'middle', bold: true });
  });
}

function rowTitles(grid: Grid, layout: Layout): string[] {
  const x = MARGIN + LABEL_WIDTH - 14;
  const middle = layout.tileHeight / 2 + 5;
  return grid.flatMap((_, row) =>
    ['original', 'reconstruction'].map((text, index) => {
      const y = blockTop(layout, row) + index * (layout.tileHeight + GAP) + middle;
      const fill = index === 0 ? PALETTE.muted.light : PALETTE.ink.light;
      return textElement({ text, x, y, size: 14, fill, anchor: 'end' });
    }),
  );
}

function lettering(grid: Grid, title: string, layout: Layout): Buffer {
  const { width, height } = layout;
  const heading = textElement({
    text: title,
    x: MARGIN,
    y: 40,
    size: 18,
    fill: PALETTE.ink.light,
    bold: true,
  });
  const texts = [heading, ...columnTitles(grid, layout), ...rowTitles(grid, layout)].join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${texts}</svg>`;
  return Buffer.from(outlineText(svg));
}

/** Originals above their reconstructions, enlarged without smoothing, a column per class where there are labels: PNG. */
export async function comparisonPng(grid: Grid, title: string): Promise<Buffer> {
  const layout = await layoutOf(grid);
  const cells = grid.flatMap((row, y) => row.map((example, x) => ({ example, x, y })));
  const tiles = await Promise.all(
    cells.map(({ example, x, y }) => (example === undefined ? [] : placed(example, layout, x, y))),
  );
  const { width, height } = layout;
  const create = { width, height, channels: 3 as const, background: PALETTE.paper.light };
  return sharp({ create })
    .composite([...tiles.flat(), { input: lettering(grid, title, layout), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
