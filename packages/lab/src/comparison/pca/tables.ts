import {
  buildTable,
  type EntropyTables,
  MAX_TABLE_SYMBOLS,
  packTables,
  type Quantizer,
  quantizerAt,
  unpackTable,
} from '@convae/runtime';

/** A quantizer with one step for all components, and a table for each. */
export interface PcaCoding {
  readonly step: number;
  readonly quantizer: Quantizer;
  readonly tables: EntropyTables;
}

/** Symbols of a component that its table can hold, from the extremes seen. */
function range(least: number, most: number): [min: number, size: number] {
  const size = Math.min(MAX_TABLE_SYMBOLS, most - least + 1);
  // Coefficients lie around 0, so the middle is kept where the ends are too far apart.
  const min = size === most - least + 1 ? least : Math.max(least, -Math.floor(MAX_TABLE_SYMBOLS / 2));
  return [min, size];
}

/** Half away from zero, as the quantizer rounds; a training symbol more or less next door changes no table's use. */
const nearest = (value: number): number => (value < 0 ? -Math.round(-value) : Math.round(value));

/** The least and the largest coefficient of each component, 0 among them. */
export interface Extremes {
  readonly least: Float32Array;
  readonly most: Float32Array;
}

/** Found once for all steps. @param coefficients float32, N × dimensions. */
export function extremesOf(coefficients: Float32Array, dimensions: number): Extremes {
  const least = new Float32Array(dimensions);
  const most = new Float32Array(dimensions);
  for (let i = 0, k = 0; i < coefficients.length; i++) {
    const value = coefficients[i]!;
    if (value < least[k]!) least[k] = value;
    else if (value > most[k]!) most[k] = value;
    if (++k === dimensions) k = 0;
  }
  return { least, most };
}

/**
 * Integer tables, one for each component, of the symbols of the training images at a step.
 * @param training float32, N × dimensions coefficients, pixels 0..255.
 */
export function buildPcaCoding(training: Float32Array, { least, most }: Extremes, step: number): PcaCoding {
  const dimensions = least.length;
  const ranges = Array.from(least, (low, k) => range(nearest(low / step), nearest(most[k]! / step)));
  const counts = ranges.map(([, size]) => new Float64Array(size));
  const outside = new Float64Array(dimensions);
  for (let i = 0, k = 0; i < training.length; i++) {
    const own = counts[k]!;
    const at = nearest(training[i]! / step) - ranges[k]![0];
    if (at >= 0 && at < own.length) own[at]! += 1;
    else outside[k]! += 1;
    if (++k === dimensions) k = 0;
  }
  const tables = counts.map((own, k) => buildTable(ranges[k]![0], own, outside[k]!));
  const steps = new Array<number>(dimensions).fill(step);
  return { step, quantizer: quantizerAt({ steps, multipliers: [1] }, 0), tables: packTables(tables) };
}

/** Components that any training image has a symbol other than 0 in: the others need not be stored. */
export function usedComponents({ tables }: PcaCoding): number {
  return Array.from({ length: tables.count }, (_, i) => unpackTable(tables, i)).filter(
    ({ min, frequencies }) => min !== 0 || frequencies.length > 2,
  ).length;
}
