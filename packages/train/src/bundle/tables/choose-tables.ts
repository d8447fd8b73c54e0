import {
  type EntropyTable,
  MAX_TABLE_ENTRIES,
  MAX_TABLES,
  packTables,
  type SymbolBatch,
  serializeTables,
  TOTAL,
} from '@convae/runtime/core';
import { channelHistograms, type Histogram, placeHistograms, smoothed, tableOf } from './symbol-tables.js';

/** Tables per position must save their own bytes within so many images. */
const PAYS_WITHIN_IMAGES = 10_000;
/** How many symbols of its channel are added to a place's; the best on the validation images is taken. */
const SMOOTHING_WEIGHTS: readonly number[] = [1, 4, 16, 64, 256];
/** Places on which the weights are compared. */
const COMPARED_PLACES = 128;
/** What a symbol outside its table costs beside the escape, bits; it depends on how far out it is. */
const ESCAPE_BITS = 8;

/** Symbols of the images that tables are made of, and of others, which decide between tables. */
export interface SymbolSet {
  readonly training: readonly SymbolBatch[];
  readonly validation: SymbolBatch;
}

/** Both kinds of tables for a set, and the bits of the validation symbols under them. */
interface Candidates {
  readonly channel: readonly EntropyTable[];
  readonly place: readonly EntropyTable[];
  /** Bits that tables for each place save on the validation symbols. */
  readonly saved: number;
}

/**
 * The bytes of a table file: for each set one table for each channel, and where they pay, one for each channel and
 * position behind them.
 * @param sets the symbols at the finest step of a lattice; or at each quality, the coarsest first.
 * @param byPlace false: none for places.
 */
export function chooseTables(sets: readonly SymbolSet[], byPlace = true): Uint8Array {
  const { channels, height, width, count } = sets[0]!.validation;
  const plain = sets.map(({ training }) => channelHistograms(training));
  const entries = plain.flat().reduce((sum, { counts }) => sum + (counts.length + 1) * height * width, 0);
  const tables = sets.length * channels * (1 + height * width);
  const tooMany = tables > MAX_TABLES || entries > MAX_TABLE_ENTRIES / 2;
  const channelFile = serializeTables(packTables(plain.flat().map(tableOf)));
  if (!byPlace || height * width === 1 || tooMany) return channelFile;
  const candidates = sets.map((set, i) => candidatesOf(set, plain[i]!));
  const both = candidates.flatMap(({ channel, place }) => [...channel, ...place]);
  const file = serializeTables(packTables(both));
  const saved = candidates.reduce((sum, each) => sum + each.saved, 0) / sets.length / 8 / count;
  return saved * PAYS_WITHIN_IMAGES >= file.length - channelFile.length ? file : channelFile;
}

function candidatesOf({ training, validation }: SymbolSet, channels: readonly Histogram[]): Candidates {
  const plane = validation.height * validation.width;
  const channel = channels.map(tableOf);
  const histograms = placeHistograms(training, channels);
  const weight = bestWeight(histograms, channels, validation);
  const ofPlace = (i: number): number => Math.floor(i / plane);
  const place = histograms.map((own, i) => tableOf(smoothed(own, channels[ofPlace(i)]!, weight)));
  const repeated = histograms.map((_, i) => channel[ofPlace(i)]!);
  return { channel, place, saved: codeLength(validation, repeated) - codeLength(validation, place) };
}

function bestWeight(
  histograms: readonly Histogram[],
  channels: readonly Histogram[],
  validation: SymbolBatch,
): number {
  const plane = histograms.length / channels.length;
  const every = Math.max(1, Math.floor(histograms.length / COMPARED_PLACES));
  const bits = SMOOTHING_WEIGHTS.map((weight) => {
    const tables = histograms.map((own, i) =>
      i % every === 0 ? tableOf(smoothed(own, channels[Math.floor(i / plane)]!, weight)) : undefined,
    );
    return codeLength(validation, tables);
  });
  return SMOOTHING_WEIGHTS[bits.indexOf(Math.min(...bits))]!;
}

/** Bits of symbols under one table for each place; places without a table do not count. */
function codeLength({ data }: SymbolBatch, tables: readonly (EntropyTable | undefined)[]): number {
  const lengths = tables.map(
    (table) => table && Float64Array.from(table.frequencies, (f) => Math.log2(TOTAL / f)),
  );
  let bits = 0;
  for (let i = 0, place = 0; i < data.length; i++) {
    const own = lengths[place];
    if (own) {
      const at = data[i]! - tables[place]!.min;
      const regular = at >= 0 && at < own.length - 1;
      bits += regular ? own[at]! : own[own.length - 1]! + ESCAPE_BITS;
    }
    if (++place === tables.length) place = 0;
  }
  return bits;
}
