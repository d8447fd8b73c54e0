import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** Added to every second moment, as a part of their mean: inputs that hardly vary are then rounded by themselves. */
const DAMPING = 1e-4;

/** Second moments of the inputs of a layer, the first of which stands for the constant 1 of its biases. */
export class Moments {
  readonly #size: number;
  /** The lower triangle. */
  readonly #sums: Float64Array;
  #count = 0;

  /** @param inputs of the layer, without the constant. */
  constructor(inputs: number) {
    this.#size = inputs + 1;
    this.#sums = new Float64Array(this.#size * this.#size);
  }

  /** Counts the inputs of one symbol. */
  add(inputs: ArrayLike<number>): void {
    const [size, sums] = [this.#size, this.#sums];
    this.#count++;
    for (let i = 1; i < size; i++) {
      const value = inputs[i - 1]!;
      if (value === 0) continue;
      sums[i * size]! += value;
      for (let j = 1; j <= i; j++) sums[i * size + j]! += value * inputs[j - 1]!;
    }
  }

  /**
   * The Cholesky factor of the moments: lower triangular L with LLᵀ = moments.
   *
   * @param units what each input is multiplied by where it becomes an integer.
   */
  factor(units: readonly number[]): Matrix {
    const size = this.#size;
    const scale = [1, ...units];
    const moments = Matrix.zeros(size, size);
    for (let i = 1; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const mean = (this.#sums[i * size + j]! * scale[i]! * scale[j]!) / Math.max(1, this.#count);
        moments.set(i, j, mean);
        moments.set(j, i, mean);
      }
    }
    const damping = (DAMPING * moments.trace()) / Math.max(1, size - 1) + 1e-12;
    for (let i = 1; i < size; i++) moments.set(i, i, moments.get(i, i) + damping);
    moments.set(0, 0, 1);
    return new CholeskyDecomposition(moments).lowerTriangularMatrix;
  }
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
export function roundRow(weights: readonly number[], factor: Matrix, most: number): RoundedRow {
  const size = weights.length + 1;
  const errors = new Float64Array(size);
  const rounded = weights.slice();
  const carried = (k: number): number => {
    let sum = 0;
    for (let j = k + 1; j < size; j++) sum += factor.get(j, k) * errors[j]!;
    return sum / factor.get(k, k);
  };
  for (let k = size - 1; k > 0; k--) {
    const weight = weights[k - 1]!;
    // No −0, which is not equal to 0 for everybody.
    rounded[k - 1] = Math.max(-most, Math.min(most, Math.round(weight + carried(k)))) + 0;
    errors[k] = weight - rounded[k - 1]!;
  }
  return { weights: rounded, biasShift: carried(0) };
}
