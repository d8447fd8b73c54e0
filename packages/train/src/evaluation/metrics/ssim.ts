import type { ImageBatch } from '@convae/runtime';
import { overGround, white } from './over-ground.js';
import { assertSameShape } from './shape.js';

/** Side of the Gaussian window, pixels. Wang et al. 2004, section III-B. */
export const SSIM_WINDOW = 11;
/** Standard deviation of the Gaussian window, pixels. Wang et al. 2004, section III-B. */
export const SSIM_SIGMA = 1.5;
/** (K1·L)² with K1 = .01 and data range L = 1. Wang et al. 2004, section III-B. */
export const SSIM_C1 = 0.01 ** 2;
/** (K2·L)² with K2 = .03 and data range L = 1. Wang et al. 2004, section III-B. */
export const SSIM_C2 = 0.03 ** 2;

/**
 * The side of the window used for an image: 11 pixels, or the largest odd number that fits into
 * a smaller image (the Gaussian keeps its sigma and is normalised to 1 again).
 */
export function ssimWindowSide(height: number, width: number): number {
  const side = Math.min(height, width, SSIM_WINDOW);
  return side % 2 === 1 ? side : side - 1;
}

/** The one-dimensional Gaussian of a standard deviation, sampled at whole pixels, sum 1. */
export function gaussianWindow(side: number, sigma = SSIM_SIGMA): Float64Array {
  const radius = (side - 1) / 2;
  const taps = Float64Array.from({ length: side }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** One plane's buffers: pixels 0..1, and the five weighted sums after the filter's horizontal pass. */
interface Workspace {
  readonly height: number;
  readonly width: number;
  readonly taps: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly rows: readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
}

function createWorkspace(height: number, width: number): Workspace {
  const taps = gaussianWindow(ssimWindowSide(height, width));
  const size = height * (width - taps.length + 1);
  const row = (): Float64Array => new Float64Array(size);
  const plane = (): Float64Array => new Float64Array(height * width);
  return { height, width, taps, a: plane(), b: plane(), rows: [row(), row(), row(), row(), row()] };
}

/** Weighted sums of a, b, a², b² and a·b along each row, where the whole window lies inside the image. */
function filterRows({ height, width, taps, a, b, rows }: Workspace): void {
  const [sumA, sumB, sumAA, sumBB, sumAB] = rows;
  const columns = width - taps.length + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let ma = 0;
      let mb = 0;
      let aa = 0;
      let bb = 0;
      let ab = 0;
      for (let t = 0, i = y * width + x; t < taps.length; t++, i++) {
        const va = a[i]!;
        const vb = b[i]!;
        const wa = taps[t]! * va;
        const wb = taps[t]! * vb;
        ma += wa;
        mb += wb;
        aa += wa * va;
        bb += wb * vb;
        ab += wa * vb;
      }
      const o = y * columns + x;
      sumA[o] = ma;
      sumB[o] = mb;
      sumAA[o] = aa;
      sumBB[o] = bb;
      sumAB[o] = ab;
    }
  }
}

/** Equation 13 of Wang et al. 2004, from the five weighted sums of one window. */
function similarity(ma: number, mb: number, aa: number, bb: number, ab: number): number {
  const luminance = 2 * ma * mb + SSIM_C1;
  const structure = 2 * (ab - ma * mb) + SSIM_C2;
  const energy = ma * ma + mb * mb + SSIM_C1;
  const variance = aa - ma * ma + (bb - mb * mb) + SSIM_C2;
  return (luminance * structure) / (energy * variance);
}

/** The vertical pass, and the mean similarity over all windows that lie inside the image. */
function meanSimilarity({ height, width, taps, rows }: Workspace): number {
  const [sumA, sumB, sumAA, sumBB, sumAB] = rows;
  const columns = width - taps.length + 1;
  const lines = height - taps.length + 1;
  let total = 0;
  for (let o = 0; o < lines * columns; o++) {
    let ma = 0;
    let mb = 0;
    let aa = 0;
    let bb = 0;
    let ab = 0;
    for (let t = 0, i = o; t < taps.length; t++, i += columns) {
      const w = taps[t]!;
      ma += w * sumA[i]!;
      mb += w * sumB[i]!;
      aa += w * sumAA[i]!;
      bb += w * sumBB[i]!;
      ab += w * sumAB[i]!;
    }
    total += similarity(ma, mb, aa, bb, ab);
  }
  return total / (lines * columns);
}

function loadPlane(plane: Float64Array, images: ImageBatch, start: number): void {
  for (let i = 0, p = start; i < plane.length; i++, p += images.channels) plane[i] = images.data[p]! / 255;
}

/**
 * Structural similarity of each pair of images: float64, length count, -1..1 (1 = identical).
 *
 * Gaussian window 11×11 with sigma 1.5, K1 = .01, K2 = .03, data range 1, population covariance; the mean over
 * windows that lie wholly inside the image, and over channels. Equals scikit-image's `structural_similarity`
 * with `gaussian_weights=True, use_sample_covariance=False, data_range=1`. For images under 11 pixels
 * a side see {@link ssimWindowSide}. RGBA images are compared as they look over white.
 *
 * @throws RangeError where the two batches differ in shape.
 * Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", IEEE Transactions on Image Processing 13(4), 2004.
 */
export function ssimPerImage(originals: ImageBatch, reconstructions: ImageBatch): Float64Array {
  assertSameShape(originals, reconstructions);
  const { count, height, width, channels } = originals;
  if (channels === 4) return ssimPerImage(overGround(originals, white), overGround(reconstructions, white));
  const workspace = createWorkspace(height, width);
  const result = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const start = n * height * width * channels + c;
      loadPlane(workspace.a, originals, start);
      loadPlane(workspace.b, reconstructions, start);
      filterRows(workspace);
      sum += meanSimilarity(workspace);
    }
    result[n] = sum / channels;
  }
  return result;
}
