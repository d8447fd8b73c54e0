/** Variance below which a number counts as constant: rounding of float32 gives less. */
const MIN_VARIANCE = 1e-12;

/** Numbers of images: float32, row-major, a row for each image. */
export interface Rows {
  readonly data: Float32Array;
  readonly count: number;
  /** Numbers of one image. */
  readonly size: number;
}

/** The images start to end, as a view of the same memory. */
export function sliceRows({ data, size }: Rows, start: number, end: number): Rows {
  return { data: data.subarray(start * size, end * size), count: end - start, size };
}

/** The images at the given positions, in that order, copied. */
export function pickRows({ data, size }: Rows, positions: ArrayLike<number>): Rows {
  const picked = new Float32Array(positions.length * size);
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i]! * size;
    picked.set(data.subarray(from, from + size), i * size);
  }
  return { data: picked, count: positions.length, size };
}

/** A linear map of each number by itself, found on the training images. */
export interface Scaling {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Mean and standard deviation of each number over all images; 1 where a number never varies. */
export function scalingOf({ data, count, size }: Rows): Scaling {
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (let row = 0; row < data.length; row += size) {
    for (let i = 0; i < size; i++) mean[i]! += data[row + i]! / count;
  }
  for (let row = 0; row < data.length; row += size) {
    for (let i = 0; i < size; i++) variance[i]! += (data[row + i]! - mean[i]!) ** 2 / count;
  }
  return { mean, deviation: variance.map((value) => (value > MIN_VARIANCE ? Math.sqrt(value) : 1)) };
}

/** Numbers with the training images' mean 0 and standard deviation 1. */
export function standardise({ data, count, size }: Rows, { mean, deviation }: Scaling): Rows {
  const scaled = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += size) {
    for (let i = 0; i < size; i++) scaled[row + i] = (data[row + i]! - mean[i]!) / deviation[i]!;
  }
  return { data: scaled, count, size };
}
