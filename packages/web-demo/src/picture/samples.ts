import { PEN, type Point, paintSegment } from './brush.js';
import { emptyPicture, type Picture } from './picture.js';

/** A bundled picture: strokes of the project's own, so no data set is needed. */
export interface Sample {
  readonly name: string;
  /** Each stroke runs smoothly through its points, written as SVG does: x,y in 28ths of the side. */
  readonly strokes: readonly string[];
}

/** Ten digits, and two things that the networks have never seen. */
export const SAMPLES: readonly Sample[] = [
  {
    name: '0',
    strokes: ['15.5,5.6 11,7.6 8.8,13 9.2,18.6 12.6,22.2 16.8,20.4 19.2,15.4 18.8,9.4 15.5,5.6'],
  },
  {
    name: '1',
    strokes: ['12,9 15.2,5.4', '15.2,5.4 14.2,13.5 13.2,22.4'],
  },
  {
    name: '2',
    strokes: [
      '9.4,9.4 10.8,6.4 14.8,5.6 17.8,8.4 16.6,13 12.6,17.8 8.8,21.8',
      '8.8,21.8 13.6,20.9 19.8,21.8',
    ],
  },
  {
    name: '3',
    strokes: ['9.4,7.2 13,5.4 17,6.8 17,10.6 12.8,13.2', '12.8,13.2 17.6,14.8 18.4,19 14.6,22.2 9,20.8'],
  },
  {
    name: '4',
    strokes: ['10.6,5.8 9.4,10.4 8.6,14.6', '8.6,14.6 13.4,14.9 19.8,14.2', '17.6,6.6 16.9,14 16.2,22.4'],
  },
  {
    name: '5',
    strokes: [
      '18.8,5.8 11.2,6.2',
      '11.2,6.2 10.2,12.4',
      '10.2,12.4 14.4,11.8 18,14.8 17.4,19.6 13.4,22.2 8.6,20.8',
    ],
  },
  {
    name: '6',
    strokes: ['17,5.4 12.6,9 9.8,14.6 10,20 13.6,22.4 17.6,20.2 17.8,16.2 14.6,14.4 10.4,17.2'],
  },
  {
    name: '7',
    strokes: ['8.4,6.8 13.6,6.4 19.2,6', '19.2,6 15.8,12 13.2,17.6 12.2,22.4'],
  },
  {
    name: '8',
    strokes: [
      '17.6,7.8 14.4,5.4 11,7.6 12,11.4 15.8,14.8 17.6,18.8 14,22.4 10.2,19.8 11.6,15.4 16,11.6 17.6,7.8',
    ],
  },
  {
    name: '9',
    strokes: ['18,9 14.6,5.8 10.8,8.2 11.2,12.2 14.8,13.2 18,9.2', '18,8.6 17.4,15 15.6,22.4'],
  },
  {
    name: 'a face',
    strokes: [
      '14,5 7.5,7.5 5,14 7.5,20.5 14,23 20.5,20.5 23,14 20.5,7.5 14,5',
      '11,10.6 11,12',
      '17,10.6 17,12',
      '9.8,16.4 14,19 18.2,16.4',
    ],
  },
  {
    name: 'a letter',
    strokes: ['7.6,22 14,5.6', '14,5.6 20.4,22', '10,16.4 18,16.4'],
  },
];

/** Straight pieces between two points of a stroke. */
const PIECES = 12;

/** The picture of a sample. */
export function paintSample({ strokes }: Sample, height: number, width: number): Picture {
  const picture = emptyPicture(height, width);
  for (const stroke of strokes) {
    const points = stroke.split(' ').map((point) => point.split(',').map(Number) as [number, number]);
    const curve = smoothCurve(points.map(([x, y]) => ({ x: (x * width) / 28, y: (y * height) / 28 })));
    for (let i = 1; i < curve.length; i++) paintSegment(picture, curve[i - 1]!, curve[i]!, PEN);
  }
  return picture;
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
