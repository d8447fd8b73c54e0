import type { ImageBatch } from '@convae/runtime';
import { type GridLayout, PALETTE, textLine, tileGridPng, tileOf } from '@convae/train/kit';
import type { Retrieval } from './schema.js';

const GAP = 12;
/** Between the query and what was found. */
const QUERY_GAP = 44;
const HEADER = 96;

/** A frame around every image of another class than the query's. */
function frames({ queries }: Retrieval, { tile, left, top }: GridLayout): string[] {
  return queries.flatMap(({ label, nearest }, row) =>
    nearest.flatMap((found, i) => {
      if (label === undefined || found.label === label) return [];
      const place = `x="${left(i + 1) - 3}" y="${top(row) - 3}" width="${tile.width + 6}" height="${tile.height + 6}"`;
      return `<rect ${place} fill="none" stroke="${PALETTE.second.light}" stroke-width="3"/>`;
    }),
  );
}

function marks(retrieval: Retrieval, layout: GridLayout): string[] {
  const { tile, left, height } = layout;
  const wrong = frames(retrieval, layout);
  const legend =
    wrong.length === 0 ? "All are of the query's class." : 'Framed: of another class than the query.';
  const found = 'nearest training images by their latents, nearest first';
  return [
    textLine('query', left(0) + tile.width / 2, HEADER - 14, { size: 15, anchor: 'middle' }),
    textLine(found, left(1), HEADER - 14, { size: 15 }),
    retrieval.queries[0]?.label === undefined ? '' : textLine(legend, left(1), height - 16, { size: 15 }),
    ...wrong,
  ];
}

/** Query images, each with its nearest training images, enlarged without smoothing: PNG. */
export function neighboursPng(
  retrieval: Retrieval,
  train: ImageBatch,
  test: ImageBatch,
  title: string,
): Promise<Buffer> {
  return tileGridPng({
    title,
    titleLine: 42,
    rows: retrieval.queries.map(({ index, nearest }) => [
      tileOf(test, index),
      ...nearest.map((found) => tileOf(train, found.index)),
    ]),
    side: 84,
    gap: GAP,
    header: HEADER,
    footer: 46,
    leastWidth: 640,
    beside: (column) => (column > 0 ? QUERY_GAP - GAP : 0),
    marks: (layout) => marks(retrieval, layout),
  });
}
