import {
  buildTable,
  type EntropyTable,
  MAX_TABLE_SYMBOLS,
  type SymbolBatch,
  TOTAL,
} from '@convae/runtime/core';

/** How often each symbol was seen at a place or in a channel: `counts[i]` of symbol `min + i`. */
export interface Histogram {
  readonly min: number;
  readonly counts: Float64Array;
  /** Symbols outside. */
  readonly outside: number;
}

/** Part of a histogram's mass that its table may leave to the escape at each end. */
const TAIL = 1 / TOTAL;

/** The histogram of every channel. */
export function channelHistograms(batches: readonly SymbolBatch[]): Histogram[] {
  const { channels, height, width } = batches[0]!;
  const plane = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    const seen = new Map<number, number>();
    for (const { data } of batches) {
      for (let start = channel * plane; start < data.length; start += channels * plane) {
        for (let i = start; i < start + plane; i++) seen.set(data[i]!, (seen.get(data[i]!) ?? 0) + 1);
      }
    }
    return trimmed(fromMap(seen));
  });
}

/** The histogram of every place, within its channel's range. */
export function placeHistograms(
  batches: readonly SymbolBatch[],
  channels: readonly Histogram[],
): Histogram[] {
  const { height, width } = batches[0]!;
  const plane = height * width;
  const places = channels.length * plane;
  const found = Array.from({ length: places }, (_, place) => {
    const { min, counts } = channels[Math.floor(place / plane)]!;
    return { min, counts: new Float64Array(counts.length), outside: 0 };
  });
  for (const { data } of batches) {
    for (let i = 0, place = 0; i < data.length; i++) {
      const own = found[place]!;
      const at = data[i]! - own.min;
      if (at >= 0 && at < own.counts.length) own.counts[at]! += 1;
      else own.outside++;
      if (++place === places) place = 0;
    }
  }
  return found;
}

/** A place's histogram with `weight` symbols of its channel's added, so that what was not seen there keeps a chance. */
export function smoothed(place: Histogram, channel: Histogram, weight: number): Histogram {
  const scale = weight / total(channel);
  const counts = place.counts.map((count, i) => count + scale * channel.counts[i]!);
  return trimmed({ min: place.min, counts, outside: place.outside + scale * channel.outside });
}

/** The table with the shortest code for a histogram. */
export const tableOf = ({ min, counts, outside }: Histogram): EntropyTable =>
  buildTable(min, counts, outside);

function total({ counts, outside }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, outside);
}

function fromMap(seen: ReadonlyMap<number, number>): Histogram {
  const symbols = [...seen.keys()].sort((a, b) => a - b);
  const sum = [...seen.values()].reduce((a, b) => a + b, 0);
  const [low, high] = bulk(symbols, seen, sum);
  const counts = new Float64Array(high - low + 1);
  for (const [symbol, count] of seen) if (symbol >= low && symbol <= high) counts[symbol - low] = count;
  return { min: low, counts, outside: sum - counts.reduce((a, b) => a + b, 0) };
}

/** The range that a table can hold: without the rarest ends, which may lie far out, and not too wide. */
function bulk(
  symbols: readonly number[],
  seen: ReadonlyMap<number, number>,
  sum: number,
): [low: number, high: number] {
  let [first, last] = [0, symbols.length - 1];
  const width = (): number => symbols[last]! - symbols[first]! + 1;
  const mass = (i: number): number => seen.get(symbols[i]!)!;
  for (let left = sum * TAIL - mass(first); left >= 0 && first < last; left -= mass(first)) first++;
  for (let left = sum * TAIL - mass(last); left >= 0 && first < last; left -= mass(last)) last--;
  while (width() > MAX_TABLE_SYMBOLS) {
    if (mass(first) <= mass(last)) first++;
    else last--;
  }
  return [symbols[first]!, symbols[last]!];
}

/** Cuts off what is at the ends and rarer than a table can say; the escape stands for it. */
function trimmed({ min, counts, outside }: Histogram): Histogram {
  const limit = (counts.reduce((sum, count) => sum + count, outside) * TAIL) / 2;
  let [first, last] = [0, counts.length];
  let cut = 0;
  for (let mass = counts[first]!; mass < limit && first < last - 1; mass += counts[first]!) {
    cut += counts[first++]!;
  }
  for (let mass = counts[last - 1]!; mass < limit && first < last - 1; mass += counts[last - 1]!) {
    cut += counts[--last]!;
  }
  return { min: min + first, counts: counts.slice(first, last), outside: outside + cut };
}
