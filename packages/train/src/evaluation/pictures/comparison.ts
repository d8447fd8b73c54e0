import type { Example } from '../examples.js';
import { textLine } from '../plots/outline.js';
import { PALETTE } from '../plots/palette.js';
import { type GridLayout, tileGridPng } from './tile-grid.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 112;
/** Longest side of an image that is larger than that by itself. */
const LARGE_TILE_SIDE = 192;
const GAP = 6;
/** Between a reconstruction and the next original. */
const BLOCK_GAP = 24;
const HEADER = 86;

type Grid = readonly (readonly (Example | undefined)[])[];

function columnTitles(grid: Grid, { left, tile }: GridLayout): string[] {
  return (grid[0] ?? []).map((_, column) => {
    const label = grid.map((row) => row[column]).find((example) => example !== undefined)?.label;
    const style = { size: 18, fill: PALETTE.ink.light, anchor: 'middle', bold: true } as const;
    return textLine(
      label === undefined ? '' : String(label),
      left(column) + tile.width / 2,
      HEADER - 12,
      style,
    );
  });
}

function rowTitles(grid: Grid, { left, top, tile }: GridLayout): string[] {
  return grid.flatMap((_, block) =>
    ['original', 'reconstruction'].map((text, index) => {
      const fill = index === 0 ? PALETTE.muted.light : PALETTE.ink.light;
      return textLine(text, left(0) - 14, top(2 * block + index) + tile.height / 2 + 5, {
        fill,
        anchor: 'end',
      });
    }),
  );
}

/** Originals above their reconstructions, enlarged without smoothing, a column per class where there are labels: PNG. */
export function comparisonPng(grid: Grid, title: string): Promise<Buffer> {
  const { width, height } = grid.flat().find((example) => example !== undefined)!.original;
  return tileGridPng({
    title,
    titleSize: 18,
    titleLine: 40,
    rows: grid.flatMap((row) => [
      row.map((example) => example?.original),
      row.map((example) => example?.reconstruction),
    ]),
    side: Math.max(width, height) > TILE_SIDE ? LARGE_TILE_SIDE : TILE_SIDE,
    gap: GAP,
    header: HEADER,
    labels: 124,
    leastWidth: 720,
    above: (row) => Math.floor(row / 2) * (BLOCK_GAP - GAP),
    marks: (layout) => [...columnTitles(grid, layout), ...rowTitles(grid, layout)],
  });
}
