import { beginStroke, type Colour, PEN, type Point } from './brush.js';
import { emptyPicture, fitPicture, type Picture, type PictureShape } from './picture.js';

/** A bundled picture: strokes of the project's own, so no data set is needed. */
export interface Sample {
  readonly name: string;
  /** Each stroke runs smoothly through its points, written as SVG does: x,y in 28ths of the side. */
  readonly strokes: readonly (string | ColouredStroke)[];
}

/** A stroke of a sample in colour. */
export interface ColouredStroke {
  readonly points: string;
  readonly colour: Colour;
  /** Where full ink ends, in 28ths of the side. */
  readonly radius: number;
}

/** Straight pieces between two points of a stroke. */
const PIECES = 12;

/** The picture of a sample. */
export function paintSample({ strokes }: Sample, shape: PictureShape): Picture {
  const { height, width, channels } = shape;
  const coloured = strokes.some((stroke) => typeof stroke !== 'string');
  const picture = emptyPicture(height, width, coloured ? Math.max(3, channels) : 1);
  for (const stroke of strokes) {
    const { points, ...brush } = typeof stroke === 'string' ? { points: stroke } : stroke;
    const paint = beginStroke(picture, { ...PEN, ...brush });
    const curve = smoothCurve(pointsOf(points, height / 28, width / 28));
    for (let i = 1; i < curve.length; i++) paint(curve[i - 1]!, curve[i]!);
  }
  return fitPicture(picture, shape);
}

function pointsOf(text: string, tall: number, wide: number): Point[] {
  const pairs = text.split(' ').map((point) => point.split(',').map(Number) as [number, number]);
  return pairs.map(([x, y]) => ({ x: x * wide, y: y * tall }));
}

/** A uniform Catmull-Rom spline through the points, as short straight pieces. */
function smoothCurve(points: readonly Point[]): Point[] {
  const closed = points.length > 3 && points[0]!.x === points.at(-1)!.x && points[0]!.y === points.at(-1)!.y;
  const at = (i: number): Point => {
    if (!closed) return points[Math.min(points.length - 1, Math.max(0, i))]!;
    const around = points.length - 1;
    return points[((i % around) + around) % around]!;
  };
  const curve: Point[] = [points[0]!];
  for (let i = 0; i < points.length - 1; i++) {
    for (let piece = 1; piece <= PIECES; piece++) {
      curve.push(between([at(i - 1), at(i), at(i + 1), at(i + 2)], piece / PIECES));
    }
  }
  return curve;
}

function between([a, b, c, d]: readonly [Point, Point, Point, Point], t: number): Point {
  const along = (p: number, q: number, r: number, s: number): number =>
    q + (t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))) / 2;
  return { x: along(a.x, b.x, c.x, d.x), y: along(a.y, b.y, c.y, d.y) };
}
