/** A point of a curve. */
export interface Knot {
  readonly x: number;
  readonly y: number;
}

/** A monotone piecewise cubic through points: its value at an x within them, and its integral between two such x. */
export interface Pchip {
  readonly at: (x: number) => number;
  readonly integral: (from: number, to: number) => number;
}

/** A cubic between two points, with its slopes there. */
interface Piece {
  readonly a: Knot;
  readonly b: Knot;
  readonly slopeA: number;
  readonly slopeB: number;
}

/** The slope at an inner point: the weighted harmonic mean of those beside it, 0 at a turn. */
function innerSlope(left: number, right: number, hLeft: number, hRight: number): number {
  if (left * right <= 0) return 0;
  const [w1, w2] = [2 * hRight + hLeft, hRight + 2 * hLeft];
  return (w1 + w2) / (w1 / left + w2 / right);
}

/** The slope at an end, from the two nearest pieces; it neither turns nor overshoots. */
function endSlope(first: number, second: number, h1: number, h2: number): number {
  const slope = ((2 * h1 + h2) * first - h1 * second) / (h1 + h2);
  if (slope * first <= 0) return 0;
  return first * second < 0 && Math.abs(slope) > 3 * Math.abs(first) ? 3 * first : slope;
}

function slopesOf(widths: readonly number[], rises: readonly number[]): number[] {
  const n = widths.length;
  if (n === 1) return [rises[0]!, rises[0]!];
  const inner = rises.slice(1).map((right, i) => innerSlope(rises[i]!, right, widths[i]!, widths[i + 1]!));
  const first = endSlope(rises[0]!, rises[1]!, widths[0]!, widths[1]!);
  const last = endSlope(rises[n - 1]!, rises[n - 2]!, widths[n - 1]!, widths[n - 2]!);
  return [first, ...inner, last];
}

function piecesOf(knots: readonly Knot[]): Piece[] {
  const widths = knots.slice(1).map(({ x }, i) => x - knots[i]!.x);
  const rises = knots.slice(1).map(({ y }, i) => (y - knots[i]!.y) / widths[i]!);
  const slopes = slopesOf(widths, rises);
  return widths.map((_, i) => ({
    a: knots[i]!,
    b: knots[i + 1]!,
    slopeA: slopes[i]!,
    slopeB: slopes[i + 1]!,
  }));
}

/** Hermite's basis in t = 0..1. */
function heightAt({ a, b, slopeA, slopeB }: Piece, x: number): number {
  const h = b.x - a.x;
  const t = (x - a.x) / h;
  const [rest, square] = [1 - t, t * t];
  return (
    (1 + 2 * t) * rest * rest * a.y +
    t * rest * rest * h * slopeA +
    square * (3 - 2 * t) * b.y -
    square * rest * h * slopeB
  );
}

/** Simpson's rule: exact for cubics. */
function areaOf(piece: Piece, from: number, to: number): number {
  const middle = heightAt(piece, (from + to) / 2);
  return ((to - from) / 6) * (heightAt(piece, from) + 4 * middle + heightAt(piece, to));
}

function checkKnots(knots: readonly Knot[]): void {
  const ascending = knots.every(({ x, y }, i) => Number.isFinite(y) && (i === 0 || x > knots[i - 1]!.x));
  if (knots.length >= 2 && ascending) return;
  const received = knots.map(({ x, y }) => `${x}:${y}`).join(', ');
  throw new RangeError(`expected at least 2 points of ascending x for knots, received ${received || 'none'}`);
}

/**
 * The piecewise cubic Hermite interpolation of points (PCHIP): it is monotone where the points are.
 * @param knots at least 2, ascending x.
 * @throws RangeError for fewer or unordered points, and for an x outside of them.
 * @source Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM Journal on
 * Scientific and Statistical Computing 5(2), 1984; end slopes as in SciPy's `PchipInterpolator`.
 */
export function pchip(knots: readonly Knot[]): Pchip {
  checkKnots(knots);
  const pieces = piecesOf(knots);
  const [low, high] = [knots[0]!.x, knots.at(-1)!.x];
  const check = (x: number): void => {
    if (!(x >= low && x <= high)) throw new RangeError(`expected ${low}..${high} for x, received ${x}`);
  };
  return {
    at: (x) => {
      check(x);
      return heightAt(pieces.find(({ b }) => x <= b.x)!, x);
    },
    integral: (from, to) => {
      check(from);
      check(to);
      return pieces.reduce((sum, piece) => {
        const [start, end] = [Math.max(from, piece.a.x), Math.min(to, piece.b.x)];
        return start < end ? sum + areaOf(piece, start, end) : sum;
      }, 0);
    },
  };
}
