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

function countComponent(coefficients: Float32Array, component: number, dimensions: number, step: number) {
  let least = 0;
  let most = 0;
  for (let i = component; i < coefficients.length; i += dimensions) {
    const symbol = nearest(coefficients[i]! / step);
    if (symbol < least) least = symbol;
    if (symbol > most) most = symbol;
  }
  const [min, size] = range(least, most);
  const counts = new Float64Array(size);
  let outside = 0;
  for (let i = component; i < coefficients.length; i += dimensions) {
    const at = nearest(coefficients[i]! / step) - min;
    if (at >= 0 && at < size) counts[at]! += 1;
    else outside++;
  }
  return buildTable(min, counts, outside);
}

/**
 * Integer tables, one for each component, of the symbols of the training images at a step.
 * @param training float32, N × dimensions coefficients, pixels 0..255.
 */
export function buildPcaCoding(training: Float32Array, dimensions: number, step: number): PcaCoding {
  const steps = new Array<number>(dimensions).fill(step);
  const components = Array.from({ length: dimensions }, (_, component) =>
    countComponent(training, component, dimensions, step),
  );
  return { step, quantizer: quantizerAt({ steps, multipliers: [1] }, 0), tables: packTables(components) };
}

/** Components that any training image has a symbol other than 0 in: the others need not be stored. */
export function usedComponents({ tables }: PcaCoding): number {
  return Array.from({ length: tables.count }, (_, i) => unpackTable(tables, i)).filter(
    ({ min, frequencies }) => min !== 0 || frequencies.length > 2,
  ).length;
}
