import type { ImageBatch, PixelModel } from '@convae/runtime/core';
import { spread } from '../../dataset/split.js';
import { colourTile } from '../pictures/colour-map.js';
import { type Tile, tilesOf } from '../pictures/tile.js';
import { tileGridPng } from '../pictures/tile-grid.js';
import { textLine } from '../plots/outline.js';
import { PALETTE } from '../plots/palette.js';
import { pixelBits } from './value-bits.js';

/** Images that are shown, evenly spread over the set. */
const SHOWN = 10;
/** Bits of a channel that are shown as the brightest colour. */
const BRIGHTEST = 8;

function bitTiles(model: PixelModel, images: ImageBatch): { tile: Tile; total: number }[] {
  const { count, height, width, channels } = images;
  const values = pixelBits(model, images);
  const max = BRIGHTEST * channels;
  return Array.from({ length: count }, (_, i) => {
    const own = values.subarray(i * height * width, (i + 1) * height * width);
    const total = own.reduce((sum, bits) => sum + bits, 0);
    return { tile: colourTile({ values: own, width, height, min: 0, max }), total };
  });
}

/** Images above the bits that each of their pixels takes, enlarged without smoothing: PNG. */
export function bitsPng(model: PixelModel, test: ImageBatch, title: string): Promise<Buffer> {
  const images = spread(test, Math.min(SHOWN, test.count));
  const costs = bitTiles(model, images);
  const ink = PALETTE.ink.light;
  return tileGridPng({
    title,
    titleSize: 18,
    titleLine: 40,
    rows: [tilesOf(images), costs.map(({ tile }) => tile)],
    side: 96,
    gap: 8,
    header: 64,
    labels: 60,
    footer: 48,
    leastWidth: 720,
    marks: ({ left, top, tile }) => [
      ...['image', 'bits'].map((text, row) =>
        textLine(text, left(0) - 14, top(row) + tile.height / 2 + 5, { fill: ink, anchor: 'end' }),
      ),
      ...costs.map(({ total }, column) =>
        textLine(`${Math.ceil(total / 8)} B`, left(column) + tile.width / 2, top(1) + tile.height + 20, {
          fill: ink,
          anchor: 'middle',
        }),
      ),
    ],
  });
}
