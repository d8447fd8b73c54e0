import { type FloatImageBatch, type ImageBatch, type ItemShape, isFloatImages } from '../image.js';
import { STRIP_PIXELS } from './is-large.js';

/** A strip is at least so many times as high as its overlap. */
const LEAST_HEIGHT = 4;
/** Most that two strips may differ at their seam: a quarter of a step of a pixel; more for larger latents. */
const TOLERANCE = 1e-3;

/** Planes of float32 numbers: what a network gives for one image. */
export interface Planes extends ItemShape {
  readonly data: Float32Array;
}

/** One large image on its way through a network. A unit is `manifest.image.multiple` rows of pixels. */
export interface StripJob {
  readonly units: number;
  /** Pixels in a unit. */
  readonly unitPixels: number;
  /** Rows of the result that a unit gives. */
  readonly rows: number;
  /** Runs the network on the units `first` to `last` (exclusive). */
  run(first: number, last: number): Promise<Planes>;
  /** Takes rows of the result, which begin at `row`. */
  keep(row: number, part: Planes): void;
}

/**
 * Runs a network on strips of a large image, so that memory does not grow with it. Strips overlap, and where two of them
 * disagree in the two rows at their seam, the network sees further than the overlap less a row: the overlap doubles, at
 * last to the whole image.
 * @returns the overlap that served, to begin with the next time.
 */
export async function runInStrips(job: StripJob, overlap: number): Promise<number> {
  // An overlap as high as the image leaves one strip, which fits with nothing.
  for (let tried = overlap; ; tried *= 2) {
    const fitting = Math.floor(STRIP_PIXELS / job.unitPixels);
    const height = Math.max(LEAST_HEIGHT * tried, fitting);
    if (await runStrips(job, tried, height)) return tried;
  }
}

/** False where two strips do not fit together. */
async function runStrips({ units, rows, run, keep }: StripJob, overlap: number, height: number) {
  let seam: Float32Array | undefined;
  for (let start = 0; start < units; start += height) {
    const end = Math.min(units, start + height);
    const first = Math.max(0, start - overlap);
    const part = await run(first, Math.min(units, end + overlap));
    const [from, to] = [(start - first) * rows, (end - first) * rows];
    if (seam && !agree(seam, rowsOf(part, from - 1, from + 1).data)) return false;
    keep(start * rows, rowsOf(part, from, to));
    seam = end < units ? rowsOf(part, to - 1, to + 1).data : undefined;
  }
  return true;
}

const agree = (a: Float32Array, b: Float32Array): boolean =>
  a.every((value, i) => Math.abs(value - b[i]!) <= TOLERANCE * Math.max(1, Math.abs(value)));

/** Some rows of all planes. */
export function rowsOf({ data, channels, height, width }: Planes, from: number, to: number): Planes {
  const rows = new Float32Array(channels * (to - from) * width);
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height;
    rows.set(data.subarray((plane + from) * width, (plane + to) * width), channel * (to - from) * width);
  }
  return { data: rows, channels, height: to - from, width };
}

/** Puts rows of all planes where they belong: the inverse of {@link rowsOf}. */
export function setRows({ data, channels, height, width }: Planes, row: number, part: Planes): void {
  for (let channel = 0; channel < channels; channel++) {
    const own = part.data.subarray(channel * part.height * width, (channel + 1) * part.height * width);
    data.set(own, (channel * height + row) * width);
  }
}

/** Some rows of one image. */
export function imageRows(
  image: ImageBatch | FloatImageBatch,
  from: number,
  to: number,
): ImageBatch | FloatImageBatch {
  if (isFloatImages(image)) return { ...rowsOf(image, from, to), count: 1 };
  const row = image.width * image.channels;
  return { ...image, data: image.data.subarray(from * row, to * row), height: to - from };
}
