import { type ImageBatch, sliceBatch } from '@convae/runtime';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { checkerboard, overGround } from '../metrics/over-ground.js';

/** Raw pixels of one picture, interleaved. */
export interface Tile {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** One image of a batch as a tile, RGBA over a checkerboard. @throws RangeError where it is of other channels. */
export function tileOf(images: ImageBatch, index: number): Tile {
  const { height, width, channels } = images;
  if (channels === 4) return tileOf(overGround(sliceBatch(images, index, index + 1), checkerboard), 0);
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`expected 1, 3 or 4 for channels, received ${channels}`);
  }
  const size = height * width * channels;
  return { data: images.data.subarray(index * size, (index + 1) * size), height, width, channels };
}

/** All images of a batch as tiles. */
export const tilesOf = (images: ImageBatch): Tile[] =>
  Array.from({ length: images.count }, (_, index) => tileOf(images, index));

function rawInput({ data, width, height, channels }: Tile): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Shrinks a tile whose longer side exceeds `side` pixels; smaller ones stay as they are. */
export async function capTile(tile: Tile, side: number): Promise<Tile> {
  if (Math.max(tile.width, tile.height) <= side) return tile;
  return rawTile(rawInput(tile).resize(side, side, { fit: 'inside' }), tile.channels);
}

/** Enlarges a tile by the largest whole factor that keeps it within `side` pixels, every pixel a crisp square. */
export async function enlargeTile(tile: Tile, side: number): Promise<Tile> {
  const factor = Math.floor(side / Math.max(tile.width, tile.height));
  if (factor <= 1) return capTile(tile, side);
  const larger = rawInput(tile).resize(tile.width * factor, tile.height * factor, { kernel: 'nearest' });
  return rawTile(larger, tile.channels);
}

async function rawTile(pipeline: Sharp, channels: 1 | 3 | 4): Promise<Tile> {
  const grey = channels === 1 ? pipeline.toColourspace('b-w') : pipeline;
  const { data, info } = await grey.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels };
}

/** |a − b| of two tiles of one shape, for showing where a reconstruction is wrong. */
export function differenceTile(a: Tile, b: Tile): Tile {
  return { ...a, data: a.data.map((value, index) => Math.abs(value - b.data[index]!)) };
}

/** A tile as sharp's `composite` takes it. */
export function overlay(tile: Tile, left: number, top: number): OverlayOptions {
  const { data, width, height, channels } = tile;
  const input = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { input, raw: { width, height, channels }, left, top };
}

/** Puts tiles of one size below each other, `gap` transparent pixels between them. */
export async function stackTiles(tiles: readonly Tile[], gap: number): Promise<Buffer> {
  const { width, height } = tiles[0]!;
  const parts = tiles.map((tile, index) => overlay(tile, 0, index * (height + gap)));
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const canvas = { width, height: tiles.length * (height + gap) - gap, channels: 4 as const, background };
  return sharp({ create: canvas }).composite(parts).png({ compressionLevel: 9 }).toBuffer();
}

/** A tile as PNG bytes. */
export function tilePng(tile: Tile): Promise<Buffer> {
  return rawInput(tile).png({ compressionLevel: 9 }).toBuffer();
}
