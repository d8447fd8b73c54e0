import sharp from 'sharp';
import { psnrFromMse } from '../../figures/psnr.js';
import { outlineText, textLine } from '../plots/outline.js';
import { PALETTE } from '../plots/palette.js';
import { formatBytes, formatPsnr } from '../report/format.js';
import type { ShownPicture } from '../whole-pictures.js';
import { capTile, overlay, type Tile } from './tile.js';

/** Longest side of a picture, pixels. */
const SIDE = 400;
const MARGIN = 28;
const GAP = 10;
/** Room for the words above each pair. */
const CAPTION = 34;

interface PlacedPair {
  readonly top: number;
  readonly caption: string;
  readonly tiles: readonly [Tile, Tile];
}

function captionOf({ name, bytes, mse, original: { width, height } }: ShownPicture): string {
  const bitsPerPixel = ((8 * bytes) / (width * height)).toFixed(2);
  return `${name}, ${height}×${width}: ${formatBytes(bytes)}, ${bitsPerPixel} bits/pixel, ${formatPsnr(psnrFromMse(mse))}`;
}

async function placedPairs(pictures: readonly ShownPicture[]): Promise<PlacedPair[]> {
  const pairs: PlacedPair[] = [];
  let top = MARGIN;
  for (const picture of pictures) {
    const tiles = [
      await capTile(picture.original, SIDE),
      await capTile(picture.reconstruction, SIDE),
    ] as const;
    pairs.push({ top: top + CAPTION, caption: captionOf(picture), tiles });
    top += CAPTION + tiles[0].height + MARGIN;
  }
  return pairs;
}

/** Whole pictures, each left of its reconstruction, never enlarged, with bytes and decibels above: PNG. */
export async function wholePicturesPng(pictures: readonly ShownPicture[]): Promise<Buffer> {
  const pairs = await placedPairs(pictures);
  const last = pairs.at(-1)!;
  const [width, height] = [2 * MARGIN + 2 * SIDE + GAP, last.top + last.tiles[0].height + MARGIN];
  const words = pairs.map(({ top, caption }) =>
    textLine(caption, MARGIN, top - 12, { size: 15, fill: PALETTE.ink.light }),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.join('')}</svg>`;
  const placed = pairs.flatMap(({ top, tiles }) =>
    tiles.map((tile, column) => overlay(tile, MARGIN + column * (tile.width + GAP), top)),
  );
  return sharp({ create: { width, height, channels: 3, background: PALETTE.paper.light } })
    .composite([...placed, { input: Buffer.from(outlineText(svg)), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}
