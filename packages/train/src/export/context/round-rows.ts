/** Added to every second moment, as a part of their mean: inputs that hardly vary are then rounded by themselves. */
const DAMPING = 1e-3;

/** Second moments of the inputs of a layer, the first of which stands for the constant 1 of its biases. */
export class Moments {
  readonly size: number;
  private readonly sums: Float64Array;
  private count = 0;

  /** @param inputs of the layer, without the constant. */
  constructor(inputs: number) {
    this.size = inputs + 1;
    this.sums = new Float64Array(this.size * this.size);
  }

  /** Counts the inputs of one symbol. */
  add(inputs: ArrayLike<number>): void {
    const { size, sums } = this;
    this.count++;
    for (let i = 1; i < size; i++) {
      const value = inputs[i - 1]!;
      if (value === 0) continue;
      sums[i * size]! += value;
      for (let j = 1; j <= i; j++) sums[i * size + j]! += value * inputs[j - 1]!;
    }
  }

  /**
   * The Cholesky factor of the moments: upper triangular R, row-major, with RᵀR = moments.
   *
   * @param units the integers of each input: one of them times these.
   */
  factor(units: readonly number[]): Float64Array {
    const { size, sums, count } = this;
    const unit = (i: number): number => (i === 0 ? 1 : units[i - 1]!);
    const moments = new Float64Array(size * size);
    moments[0] = 1;
    for (let i = 1; i < size; i++)
      for (let j = 0; j <= i; j++)
        moments[i * size + j] = (sums[i * size + j]! * unit(i) * unit(j)) / Math.max(1, count);
    let trace = 0;
    for (let i = 1; i < size; i++) trace += moments[i * size + i]!;
    const damping = (DAMPING * trace) / Math.max(1, size - 1) + 1e-12;
    for (let i = 1; i < size; i++) moments[i * size + i]! += damping;
    return choleskyUpper(moments, size);
  }
}

/** R with RᵀR = m; of m, symmetric and positive definite, the lower triangle is read. */
function choleskyUpper(m: Float64Array, size: number): Float64Array {
  const r = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = m[j * size + i]!;
      for (let k = 0; k < i; k++) sum -= r[k * size + i]! * r[k * size + j]!;
      r[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / r[i * size + i]!;
    }
  }
  return r;
}

/** Weights in integers, and what their errors want of the biases, in the same unit. */
export interface RoundedRow {
  readonly weights: number[];
  readonly biasShift: number;
}

/**
 * Rounds a row of weights so that the error of its sum is small on the inputs that occur, not that of each weight:
 * one after the other, the last first, each takes up what those before it left (Babai's nearest plane; Frantar et
 * al., 2022, arXiv:2210.17323).
 *
 * @param weights in units of the integers, as real numbers.
 * @param factor of {@link Moments}, in the same units.
 * @param most the largest integer; −most is the smallest.
 */
export function roundRow(weights: readonly number[], factor: Float64Array, most: number): RoundedRow {
  const size = weights.length + 1;
  const errors = new Float64Array(size);
  const rounded = weights.slice();
  const carried = (k: number): number => {
    let sum = 0;
    for (let j = k + 1; j < size; j++) sum += factor[k * size + j]! * errors[j]!;
    return sum / factor[k * size + k]!;
  };
  for (let k = size - 1; k > 0; k--) {
    const weight = weights[k - 1]!;
    rounded[k - 1] = Math.max(-most, Math.min(most, Math.round(weight + carried(k)))) + 0;
    errors[k] = weight - rounded[k - 1]!;
  }
  return { weights: rounded, biasShift: carried(0) };
}
