import type { Codec, ImageBatch } from '@convae/runtime';
import {
  enlargeTile,
  formatPsnr,
  outlineText,
  overlay,
  PALETTE,
  type Tile,
  textElement,
  tileOf,
} from '@convae/train/kit';
import sharp from 'sharp';
import { FILTERS, filterImages } from './candidates.js';
import { bestFilter, noisyBatches } from './measure.js';
import type { Denoising, DenoisingLevel } from './schema.js';

/** Longest side of one enlarged image, pixels. */
const TILE_SIDE = 84;
const GAP = 8;
/** Between the rows of one level and those of the next. */
const GROUP_GAP = 26;
const MARGIN = 28;
const LABEL_WIDTH = 190;
const HEADER = 70;
/** Rows of one level: noisy, the best filter, the network. */
const GROUP_ROWS = 3;

/** One row of the picture: the same images, from one source. */
export interface DenoisingRow {
  readonly title: string;
  /** A line below the title. */
  readonly note: string;
  readonly images: ImageBatch;
}

/** The lowest, the middle and the highest level. */
function shownLevels({ levels }: Denoising): DenoisingLevel[] {
  const sorted = levels.toSorted((a, b) => a.level - b.level);
  const places = [0, Math.floor(sorted.length / 2), sorted.length - 1];
  return [...new Set(places)].map((place) => sorted[place]!);
}

/** The rows of some levels, and the originals below. */
export async function shownRows(
  codec: Codec,
  originals: ImageBatch,
  figures: Denoising,
): Promise<DenoisingRow[]> {
  const rows: DenoisingRow[] = [];
  for (const shown of shownLevels(figures)) {
    const noisy = noisyBatches(originals, figures.noiseKind, shown.level)[0]!.noisy();
    const { filter, settings, psnr } = bestFilter(shown);
    rows.push(
      { title: `noise ${shown.level}`, note: formatPsnr(shown.noisy.psnr), images: noisy },
      {
        title: FILTERS[filter].title,
        note: formatPsnr(psnr),
        images: filterImages(noisy, filter, settings),
      },
      { title: 'network', note: formatPsnr(shown.network.psnr), images: await codec.denoise(noisy) },
    );
  }
  return [...rows, { title: 'original', note: '', images: originals }];
}

interface Layout {
  readonly tile: Tile;
  readonly left: (column: number) => number;
  readonly top: (row: number) => number;
}

const layoutOf = (tile: Tile): Layout => ({
  tile,
  left: (column) => MARGIN + LABEL_WIDTH + column * (tile.width + GAP),
  top: (row) => HEADER + row * (tile.height + GAP) + Math.floor(row / GROUP_ROWS) * (GROUP_GAP - GAP),
});

function lettering(rows: readonly DenoisingRow[], title: string, { top, tile }: Layout): string {
  const x = MARGIN + LABEL_WIDTH - 18;
  const heading = textElement({
    text: title,
    x: MARGIN,
    y: 40,
    size: 20,
    fill: PALETTE.ink.light,
    bold: true,
  });
  const names = rows.flatMap(({ title: text, note }, row) => {
    const y = top(row) + tile.height / 2;
    return [
      textElement({ text, x, y, size: 16, fill: PALETTE.ink.light, anchor: 'end', bold: true }),
      textElement({ text: note, x, y: y + 21, size: 14, fill: PALETTE.muted.light, anchor: 'end' }),
    ];
  });
  return [heading, ...names].join('');
}

/** The same images enlarged without smoothing, a row for each source: PNG. */
export async function denoisingPng(rows: readonly DenoisingRow[], title: string): Promise<Buffer> {
  const tiles = await Promise.all(
    rows.map(({ images }) =>
      Promise.all(Array.from({ length: images.count }, (_, i) => enlargeTile(tileOf(images, i), TILE_SIDE))),
    ),
  );
  const layout = layoutOf(tiles[0]![0]!);
  const width = Math.max(640, layout.left(tiles[0]!.length) - GAP + MARGIN);
  const height = layout.top(rows.length - 1) + layout.tile.height + MARGIN;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${lettering(rows, title, layout)}</svg>`;
  const placed = tiles.flatMap((row, y) =>
    row.map((tile, x) => overlay(tile, layout.left(x), layout.top(y))),
  );
  return sharp({ create: { width, height, channels: 3, background: PALETTE.paper.light } })
    .composite([...placed, { input: Buffer.from(outlineText(svg)), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
