import type { Distribution } from '../../context/index.js';
import { type EntropyTables, encodeEscape, type Steps, TOTAL } from '../../entropy/index.js';
import type { SymbolBatch } from '../../entropy/quantizer.js';
import type { CodingSettings } from '../coding/coding-context.js';
import type { EntropyModel } from '../coding/entropy-model.js';
import { factorizedSteps } from '../coding/factorized.js';
import { IntervalLog } from './interval-log.js';

/** What symbols cost. */
export interface SymbolBits {
  /** float32, bits of each symbol; 0 in channels that are not coded. */
  readonly own: Float32Array;
  /** float32, bits of the symbol that would be in its place, all others as they are. */
  readonly other: Float32Array;
  /** For each image, what encodes its symbols. */
  readonly logs: readonly IntervalLog[];
}

/** Bits of an entry by its frequency. */
const BITS = Float32Array.from({ length: TOTAL + 1 }, (_, frequency) => Math.log2(TOTAL / frequency));

/** Bits after an escape, of a symbol so far outside (FORMAT.md, "Symbols"). */
function escapedBits(offset: number, size: number): number {
  const distance = offset < 0 ? -offset : offset - size + 1;
  return 2 + 2 * Math.floor(Math.log2(distance));
}

/**
 * Finds what symbols cost under a prior, and what those would that are one higher or lower: `directions`, int8, 1 or −1.
 * @throws ConvaeError UNSUPPORTED as encoding them does.
 */
export function* bitsSteps(
  model: EntropyModel,
  symbols: SymbolBatch,
  directions: Int8Array,
  { quality, prior }: CodingSettings,
): Steps<SymbolBits> {
  const { length } = symbols.data;
  const coded = (model.at(quality).coded.length * length) / symbols.channels / symbols.count;
  const bits = {
    own: new Float32Array(length),
    other: new Float32Array(length),
    logs: Array.from({ length: symbols.count }, () => new IntervalLog(coded)),
  };
  yield* (prior === 'factorized' ? factorizedBits : contextBits)(model, symbols, directions, quality, bits);
  return bits;
}

function* factorizedBits(
  model: EntropyModel,
  symbols: SymbolBatch,
  directions: Int8Array,
  quality: number,
  { own, other, logs }: SymbolBits,
): Steps<void> {
  const { data, count } = symbols;
  const size = data.length / count;
  yield* factorizedSteps(model, data, symbols, quality, (some, tables, index) => {
    const start = (some.byteOffset - data.byteOffset) / data.BYTES_PER_ELEMENT;
    for (let i = 0; i < some.length; i++) {
      const table = index[i % index.length]!;
      const at = start + i;
      own[at] = tableBits(tables, table, some[i]!, logs[Math.floor(at / size)]);
      other[at] = tableBits(tables, table, some[i]! + directions[at]!);
    }
  });
}

/** Bits of a symbol under a table; what encodes it goes to the log. */
function tableBits(tables: EntropyTables, table: number, symbol: number, log?: IntervalLog): number {
  const { cdf, starts, mins, sizes } = tables;
  const [offset, size] = [symbol - mins[table]!, sizes[table]!];
  const regular = offset >= 0 && offset < size;
  const at = starts[table]! + (regular ? offset : size);
  log?.encode(cdf[at]!, cdf[at + 1]!);
  const bits = BITS[cdf[at + 1]! - cdf[at]!]!;
  if (regular) return bits;
  if (log) encodeEscape(log, offset, size);
  return bits + escapedBits(offset, size);
}

function* contextBits(
  model: EntropyModel,
  symbols: SymbolBatch,
  directions: Int8Array,
  quality: number,
  { own, other, logs }: SymbolBits,
): Steps<void> {
  const { coded } = model.at(quality);
  const { channels, height, width } = symbols;
  const places = height * width;
  let [image, place, next] = [0, 0, 0];
  const code = (distribution: Distribution, symbol: number): number => {
    const at = (image * channels + coded[next]!) * places + place;
    setBits(distribution, symbol, directions[at]!, at, own, other, logs[image]!);
    if (++next === coded.length) [next, place] = [0, place + 1];
    if (place === places) [place, image] = [0, image + 1];
    return symbol;
  };
  yield* model.context().steps(symbols.data, symbols, quality, { code });
}

function setBits(
  distribution: Distribution,
  symbol: number,
  direction: number,
  at: number,
  own: Float32Array,
  other: Float32Array,
  log: IntervalLog,
): void {
  const entry = symbol - distribution.min + 1;
  const [first, last] = [Math.min(entry, entry + direction), Math.max(entry, entry + direction)];
  if (first < 1 || last >= distribution.count - 1) {
    own[at] = symbolBits(distribution, symbol, log);
    other[at] = symbolBits(distribution, symbol + direction);
    return;
  }
  const low = distribution.cumulative(entry);
  const high = distribution.cumulative(entry + 1);
  log.encode(low, high);
  own[at] = BITS[high - low]!;
  other[at] =
    BITS[
      direction > 0 ? distribution.cumulative(entry + 2) - high : low - distribution.cumulative(entry - 1)
    ]!;
}

/** As {@link setBits} for one symbol that may be an escaped one. */
function symbolBits(distribution: Distribution, symbol: number, log?: IntervalLog): number {
  const offset = symbol - distribution.min;
  const last = distribution.count - 1;
  const entry = Math.max(0, Math.min(last, offset + 1));
  const [low, high] = [distribution.cumulative(entry), distribution.cumulative(entry + 1)];
  log?.encode(low, high);
  if (entry !== 0 && entry !== last) return BITS[high - low]!;
  if (log) encodeEscape(log, offset, last - 1);
  return BITS[high - low]! + escapedBits(offset, last - 1);
}
