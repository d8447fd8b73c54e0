import type { Dim } from './graph.js';

/**
 * Arithmetic on sizes that may be unknown. An unknown size is an expression over the inputs' sizes, written
 * so that equal ways of computing it give equal texts: `height`, `2*height`, `ceil(height/4)`, `(width+3)`.
 */

/** size · factor. */
export function scaleDim(dim: Dim, factor: number): Dim {
  if (typeof dim === 'number') return dim * factor;
  if (factor === 1) return dim;
  const product = /^(\d+)\*(.+)$/.exec(dim);
  return product ? `${Number(product[1]) * factor}*${product[2]}` : `${factor}*${dim}`;
}

/** size + amount; the amount may be negative. */
export function addDim(dim: Dim, amount: number): Dim {
  if (typeof dim === 'number') return dim + amount;
  const sum = /^\((.+)([+-]\d+)\)$/.exec(dim);
  const total = amount + (sum ? Number(sum[2]) : 0);
  const base = sum ? sum[1]! : dim;
  if (total === 0) return base;
  return `(${base}${total > 0 ? '+' : '-'}${Math.abs(total)})`;
}

/** size / divisor, rounded down or up. */
export function divideDim(dim: Dim, divisor: number, rounding: 'floor' | 'ceil'): Dim {
  if (typeof dim === 'number') return Math[rounding](dim / divisor);
  if (divisor === 1) return dim;
  const factor = knownFactor(dim);
  if (factor % divisor === 0) return scaleDim(dim.slice(dim.indexOf('*') + 1), factor / divisor);
  const quotient = new RegExp(`^${rounding}\\((.+)/(\\d+)\\)$`).exec(dim);
  return quotient
    ? `${rounding}(${quotient[1]}/${Number(quotient[2]) * divisor})`
    : `${rounding}(${dim}/${divisor})`;
}

/** The largest number that is known to divide the size. */
export function knownFactor(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  return Number(/^(\d+)\*/.exec(dim)?.[1] ?? 1);
}

/** The size of a convolution's or pooling's output; `extent` is the kernel size with its dilation. */
export function windowDim(dim: Dim, extent: number, stride: number, padding: 'same' | 'valid'): Dim {
  if (padding === 'same') return divideDim(dim, stride, 'ceil');
  if (extent === stride) return divideDim(dim, stride, 'floor');
  return divideDim(addDim(dim, 1 - extent), stride, 'ceil');
}
