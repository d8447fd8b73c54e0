import type { Picture } from './picture.js';

/** A place in a picture: pixels from the top left corner, the first pixel's middle at 0.5. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

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
}

/** About as wide and as soft as the strokes of MNIST's digits. */
export const PEN: Brush = { radius: 0.75, edge: 1.1, erases: false };
export const ERASER: Brush = { radius: 1.6, edge: 0.8, erases: true };

/** Paints one straight piece of a stroke; pieces that touch leave no seam. */
export function paintSegment(picture: Picture, from: Point, to: Point, brush: Brush): void {
  const { data, height, width } = picture;
  const scale = width / BRUSH_WIDTH;
  const reach = (brush.radius + brush.edge) * scale + 0.5;
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const ink = coverage(distance({ x: x + 0.5, y: y + 0.5 }, from, to) / scale, brush);
      const i = y * width + x;
      data[i] = brush.erases ? Math.min(data[i]!, 1 - ink) : Math.max(data[i]!, ink);
    }
  }
}

/** 1 up to the radius, then down to 0 over the edge. */
function coverage(away: number, { radius, edge }: Brush): number {
  return Math.min(1, Math.max(0, 1 - (away - radius) / edge));
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
