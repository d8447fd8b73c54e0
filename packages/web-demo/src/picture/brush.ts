import { groundOf, type Picture } from './picture.js';

/** A place in a picture: pixels from the top left corner, the first pixel's middle at 0.5. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Red, green and blue, 0..1. */
export type Colour = readonly [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];

/** Width of the pictures that brushes are measured in, pixels; in others they grow with the picture. */
const BRUSH_WIDTH = 28;

/** What a stroke is painted with; in pixels of a picture of 28. */
export interface Brush {
  /** Where full ink ends, pixels from the middle of the stroke. */
  readonly radius: number;
  /** Width of the soft edge around it, pixels. */
  readonly edge: number;
  /** True to take ink away. */
  readonly erases: boolean;
  /** What pictures in colour are painted with; ink of grey ones has none. */
  readonly colour: Colour;
}

/** About as wide and as soft as the strokes of MNIST's digits. */
export const PEN: Brush = { radius: 0.75, edge: 1.1, erases: false, colour: BLACK };
export const ERASER: Brush = { radius: 1.6, edge: 0.8, erases: true, colour: BLACK };

/** A stroke on its way: each call paints one more straight piece of it. */
export type Stroke = (from: Point, to: Point) => void;

/** Begins a stroke. Its pieces leave no seam: where they overlap, the stroke covers the picture once. */
export function beginStroke(picture: Picture, brush: Brush): Stroke {
  const before = picture.data.slice();
  const covered = new Float32Array(picture.height * picture.width);
  return (from, to) =>
    coverPiece(picture, brush, [from, to], (i, ink) => {
      if (ink <= covered[i]!) return;
      covered[i] = ink;
      paintPixel(picture, before, brush, i, ink);
    });
}

/** Calls `cover` with every pixel near a piece of a stroke, and how far the brush covers it, 0..1. */
function coverPiece(
  { height, width }: Picture,
  brush: Brush,
  [from, to]: readonly [Point, Point],
  cover: (i: number, ink: number) => void,
): void {
  const scale = width / BRUSH_WIDTH;
  const reach = (brush.radius + brush.edge) * scale + 0.5;
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++)
      cover(y * width + x, coverage(distance({ x: x + 0.5, y: y + 0.5 }, from, to) / scale, brush));
  }
}

/** 1 up to the radius, then down to 0 over the edge. */
function coverage(away: number, { radius, edge }: Brush): number {
  return Math.min(1, Math.max(0, 1 - (away - radius) / edge));
}

function paintPixel(picture: Picture, before: Float32Array, brush: Brush, i: number, ink: number): void {
  const at = i * picture.channels;
  if (picture.channels === 4) paintOver(picture.data, before, brush, at, ink);
  else mixIn(picture, before, brush, at, ink);
}

function mixIn(
  { data, channels }: Picture,
  before: Float32Array,
  brush: Brush,
  at: number,
  ink: number,
): void {
  const { erases, colour } = brush;
  for (let c = 0; c < channels; c++) {
    const full = erases ? groundOf(channels) : channels === 1 ? 1 : colour[c]!;
    data[at + c] = before[at + c]! + (full - before[at + c]!) * ink;
  }
}

/** The "over" of Porter and Duff (1984), with colours that opacity is not multiplied into; erasing leaves the colour. */
function paintOver(
  data: Float32Array,
  before: Float32Array,
  { erases, colour }: Brush,
  at: number,
  ink: number,
): void {
  const rest = before[at + 3]! * (1 - ink);
  const opacity = erases ? rest : rest + ink;
  for (let c = 0; c < 3 && !erases && opacity > 0; c++)
    data[at + c] = (colour[c]! * ink + before[at + c]! * rest) / opacity;
  data[at + 3] = opacity;
}

/** From a point to the nearest point of a segment. */
function distance(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}
