import { gaussianWindow } from '@convae/train/kit';

/** One channel of one image: float64, 0..1, row after row. */
export interface Plane {
  readonly data: Float64Array;
  readonly height: number;
  readonly width: number;
}

const clamp = (value: number, high: number): number => Math.min(Math.max(value, 0), high);

/** The plane with `radius` more pixels on each side, which repeat its border. */
function padded({ data, height, width }: Plane, radius: number): Plane {
  const [tall, wide] = [height + 2 * radius, width + 2 * radius];
  const out = new Float64Array(tall * wide);
  for (let y = 0; y < tall; y++) {
    const row = clamp(y - radius, height - 1) * width;
    for (let x = 0; x < wide; x++) out[y * wide + x] = data[row + clamp(x - radius, width - 1)]!;
  }
  return { data: out, height: tall, width: wide };
}

/** The median of a square of `side` pixels (odd) around every pixel. */
export function medianFilter(plane: Plane, { side }: { side: number }): Float64Array {
  const { height, width } = plane;
  const source = padded(plane, (side - 1) / 2);
  const out = new Float64Array(height * width);
  const square = new Float64Array(side * side);
  for (let i = 0; i < out.length; i++) {
    const start = Math.floor(i / width) * source.width + (i % width);
    for (let row = 0; row < side; row++) {
      const from = start + row * source.width;
      square.set(source.data.subarray(from, from + side), row * side);
    }
    out[i] = square.sort()[(square.length - 1) / 2]!;
  }
  return out;
}

/** The taps reach three standard deviations far. */
const GAUSSIAN_REACH = 3;

/** Gaussian blur of standard deviation `sigma`, pixels. */
export function gaussianFilter(plane: Plane, { sigma }: { sigma: number }): Float64Array {
  const radius = Math.ceil(GAUSSIAN_REACH * sigma);
  const weights = gaussianWindow(2 * radius + 1, sigma);
  const source = padded(plane, radius);
  const rows = correlate(source, weights, 1, source.height, plane.width);
  return correlate(
    { ...source, data: rows, width: plane.width },
    weights,
    plane.width,
    plane.height,
    plane.width,
  );
}

/** Weighted sums of the values `step` apart, from each of the first height × width places on. */
function correlate(
  source: Plane,
  weights: Float64Array,
  step: number,
  height: number,
  width: number,
): Float64Array {
  const out = new Float64Array(height * width);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const start = y * source.width + x;
      let sum = 0;
      for (let t = 0; t < weights.length; t++) sum += weights[t]! * source.data[start + t * step]!;
      out[i] = sum;
    }
  }
  return out;
}

/** Pixels that non-local means looks at, on each side. */
const NLM_RADIUS = 7;

/**
 * Non-local means: every pixel becomes the mean of the pixels around it, weighted by how alike the patches of `patch` ×
 * `patch` pixels around both are: exp(−max(d² − 2·sigma², 0) / h²), where d² is the patches' mean squared difference.
 *
 * @source Buades, Coll and Morel, 2005; the form of Buades, Coll and Morel, IPOL 1, 2011.
 */
export function nonLocalMeans(
  plane: Plane,
  { h, patch, sigma }: { h: number; patch: number; sigma: number },
): Float64Array {
  const { data, height, width } = plane;
  const sums = new Float64Array(data.length);
  const weights = new Float64Array(data.length);
  const search = openSearch(plane, (patch - 1) / 2);
  const { wide, margin, distances } = search;
  for (let dy = -NLM_RADIUS; dy <= NLM_RADIUS; dy++) {
    for (let dx = -NLM_RADIUS; dx <= NLM_RADIUS; dx++) {
      const shift = dy * wide.width + dx;
      patchDistances(search, shift);
      for (let y = 0, i = 0; y < height; y++) {
        const start = (y + margin) * wide.width + margin + shift;
        for (let x = 0; x < width; x++, i++) {
          const weight = Math.exp(-Math.max(distances[i]! - 2 * sigma * sigma, 0) / (h * h));
          weights[i]! += weight;
          sums[i]! += weight * wide.data[start + x]!;
        }
      }
    }
  }
  return sums.map((sum, i) => sum / weights[i]!);
}

/** A padded plane and the buffers for comparing its patches. */
interface Search {
  readonly wide: Plane;
  /** Pixels of the padding. */
  readonly margin: number;
  /** Pixels of a patch on each side of its centre. */
  readonly reach: number;
  readonly height: number;
  readonly width: number;
  /** Squared differences of one row, and their sums over the width of a patch. */
  readonly squares: Float64Array;
  readonly rows: Float64Array;
  readonly distances: Float64Array;
}

function openSearch(plane: Plane, reach: number): Search {
  const { height, width } = plane;
  const margin = NLM_RADIUS + reach;
  return {
    wide: padded(plane, margin),
    margin,
    reach,
    height,
    width,
    squares: new Float64Array(width + 2 * reach),
    rows: new Float64Array((height + 2 * reach) * width),
    distances: new Float64Array(height * width),
  };
}

/** Mean squared difference of the patch around every pixel and the patch that is `shift` values away. */
function patchDistances(search: Search, shift: number): void {
  const { height, width, reach, rows, distances } = search;
  const side = 2 * reach + 1;
  sumRows(search, shift);
  for (let i = 0; i < height * width; i++) {
    let sum = 0;
    for (let t = 0; t < side; t++) sum += rows[i + t * width]!;
    distances[i] = sum / (side * side);
  }
}

function sumRows({ wide, reach, height, width, squares, rows }: Search, shift: number): void {
  const { data } = wide;
  const side = 2 * reach + 1;
  for (let y = 0; y < height + 2 * reach; y++) {
    const start = (y + NLM_RADIUS) * wide.width + NLM_RADIUS;
    for (let x = 0; x < squares.length; x++) {
      const difference = data[start + x]! - data[start + x + shift]!;
      squares[x] = difference * difference;
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let t = 0; t < side; t++) sum += squares[x + t]!;
      rows[y * width + x] = sum;
    }
  }
}

const TV_ITERATIONS = 60;
/** Largest step for which the dual iteration is known to converge in practice (Chambolle, section 3). */
const TV_STEP = 0.25;

/**
 * Total variation: the image that minimises half the squared difference plus `weight` times the sum of the lengths of
 * the gradients.
 *
 * @source Chambolle, "An algorithm for total variation minimization and applications", 2004.
 */
export function totalVariation({ data, height, width }: Plane, { weight }: { weight: number }): Float64Array {
  const px = new Float64Array(data.length);
  const py = new Float64Array(data.length);
  const inner = new Float64Array(data.length);
  for (let iteration = 0; iteration < TV_ITERATIONS; iteration++) {
    for (let i = 0; i < data.length; i++) inner[i] = divergence(px, py, i, width) - data[i]! / weight;
    for (let i = 0; i < data.length; i++) {
      const gx = (i + 1) % width === 0 ? 0 : inner[i + 1]! - inner[i]!;
      const gy = i + width >= height * width ? 0 : inner[i + width]! - inner[i]!;
      const scale = 1 + TV_STEP * Math.sqrt(gx * gx + gy * gy);
      px[i] = (px[i]! + TV_STEP * gx) / scale;
      py[i] = (py[i]! + TV_STEP * gy) / scale;
    }
  }
  return data.map((value, i) => value - weight * divergence(px, py, i, width));
}

/** Of a field whose components are 0 where they would leave the image. */
function divergence(px: Float64Array, py: Float64Array, i: number, width: number): number {
  const left = i % width === 0 ? 0 : px[i - 1]!;
  const above = i < width ? 0 : py[i - width]!;
  return px[i]! - left + py[i]! - above;
}
