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
import type { Retrieval } from './schema.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 84;
const GAP = 12;
/** Between the query and what was found. */
const QUERY_GAP = 44;
const MARGIN = 28;
const HEADER = 96;
const FOOTER = 46;

interface Layout {
  readonly tile: Tile;
  readonly width: number;
  readonly height: number;
}

const left = ({ tile }: Layout, column: number): number =>
  MARGIN + column * (tile.width + GAP) + (column > 0 ? QUERY_GAP - GAP : 0);
const top = ({ tile }: Layout, row: number): number => HEADER + row * (tile.height + GAP);

function layoutOf(tile: Tile, { queries }: Retrieval): Layout {
  const columns = Math.max(...queries.map(({ nearest }) => nearest.length));
  const layout = { tile, width: 0, height: 0 };
  return {
    tile,
    width: Math.max(640, left(layout, columns) + tile.width + MARGIN),
    height: top(layout, queries.length) - GAP + FOOTER,
  };
}

async function tiles(
  { queries }: Retrieval,
  train: ImageBatch,
  test: ImageBatch,
): Promise<{ tile: Tile; row: number; column: number }[]> {
  const cells = queries.flatMap(({ index, nearest }, row) => [
    { tile: tileOf(test, index), row, column: 0 },
    ...nearest.map((found, i) => ({ tile: tileOf(train, found.index), row, column: i + 1 })),
  ]);
  return Promise.all(cells.map(async (cell) => ({ ...cell, tile: await enlargeTile(cell.tile, TILE_SIDE) })));
}

/** A frame around every image of another class than the query's. */
function frames({ queries }: Retrieval, layout: Layout): string[] {
  const { width, height } = layout.tile;
  return queries.flatMap(({ label, nearest }, row) =>
    nearest.flatMap((found, i) => {
      if (label === undefined || found.label === label) return [];
      const place = `x="${left(layout, i + 1) - 3}" y="${top(layout, row) - 3}" width="${width + 6}" height="${height + 6}"`;
      return `<rect ${place} fill="none" stroke="${PALETTE.second.light}" stroke-width="3"/>`;
    }),
  );
}

function lettering(retrieval: Retrieval, title: string, layout: Layout): Buffer {
  const { width, height, tile } = layout;
  const { ink, muted } = PALETTE;
  const wrong = frames(retrieval, layout);
  const text = (content: string, x: number, y: number, middle = false): string =>
    textElement({ text: content, x, y, size: 15, fill: muted.light, anchor: middle ? 'middle' : 'start' });
  const parts = [
    textElement({ text: title, x: MARGIN, y: 42, size: 20, fill: ink.light, bold: true }),
    text('query', left(layout, 0) + tile.width / 2, HEADER - 14, true),
    text('nearest training images by their latents, nearest first', left(layout, 1), HEADER - 14),
    retrieval.queries[0]?.label === undefined
      ? ''
      : text(
          wrong.length === 0 ? "All are of the query's class." : 'Framed: of another class than the query.',
          left(layout, 1),
          height - 16,
        ),
    ...wrong,
  ];
  return Buffer.from(
    outlineText(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`,
    ),
  );
}

/** Query images, each with its nearest training images, enlarged without smoothing: PNG. */
export async function neighboursPng(
  retrieval: Retrieval,
  train: ImageBatch,
  test: ImageBatch,
  title: string,
): Promise<Buffer> {
  const placed = await tiles(retrieval, train, test);
  const layout = layoutOf(placed[0]!.tile, retrieval);
  const overlays: OverlayOptions[] = placed.map(({ tile, row, column }) =>
    overlay(tile, left(layout, column), top(layout, row)),
  );
  const { width, height } = layout;
  const create = { width, height, channels: 3 as const, background: PALETTE.paper.light };
  return sharp({ create })
    .composite([...overlays, { input: lettering(retrieval, title, layout), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
