import { scheme } from 'vega';
import type { Tile } from './tile.js';

const STEPS = 256;

/** The viridis scale of matplotlib as 256 RGB triples: even steps in lightness, readable without colour vision. */
function viridis(): Uint8Array {
  const interpolate = scheme('viridis') as unknown as (fraction: number) => string;
  const table = new Uint8Array(STEPS * 3);
  for (let step = 0; step < STEPS; step++) table.set(parseColour(interpolate(step / (STEPS - 1))), step * 3);
  return table;
}

/** Reads `rgb(r, g, b)` or `#rrggbb`. */
function parseColour(colour: string): number[] {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

/** Real values as colours: `min` and below dark purple, `max` and above yellow; row-major, width × height. */
export function colourTile(options: {
  values: Float32Array;
  width: number;
  height: number;
  min: number;
  max: number;
}): Tile {
  const { values, width, height, min, max } = options;
  const table = viridis();
  const scale = max > min ? (STEPS - 1) / (max - min) : 0;
  const data = new Uint8Array(width * height * 3);
  values.forEach((value, index) => {
    const step = Math.round(Math.min(STEPS - 1, Math.max(0, (value - min) * scale)));
    data.set(table.subarray(step * 3, step * 3 + 3), index * 3);
  });
  return { data, width, height, channels: 3 };
}
