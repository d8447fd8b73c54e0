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

/**
 * The bytes of a table file for the symbols of the training images: one table for each channel, and where they pay,
 * one for each channel and position behind them.
 * @param training symbols at the finest step.
 * @param validation symbols of other images, which decide between tables.
 * @param byPlace false: none for places.
 */
export function chooseTables(
  training: readonly SymbolBatch[],
  validation: SymbolBatch,
  byPlace = true,
): Uint8Array {
  const channels = channelHistograms(training);
  const channelTables = channels.map(tableOf);
  const plain = serializeTables(packTables(channelTables));
  const { height, width } = validation;
  const places = channels.length * height * width;
  const entries = channels.reduce((sum, { counts }) => sum + (counts.length + 1) * height * width, 0);
  if (
    !byPlace ||
    height * width === 1 ||
    channels.length + places > MAX_TABLES ||
    entries > MAX_TABLE_ENTRIES / 2
  )
    return plain;
  const histograms = placeHistograms(training, channels);
  const weight = bestWeight(histograms, channels, validation);
  const placeTables = histograms.map((own, i) =>
    tableOf(smoothed(own, channels[Math.floor(i / (height * width))]!, weight)),
  );
  const repeated = histograms.map((_, i) => channelTables[Math.floor(i / (height * width))]!);
  const both = serializeTables(packTables([...channelTables, ...placeTables]));
  const saved =
    (codeLength(validation, repeated) - codeLength(validation, placeTables)) / 8 / validation.count;
  return saved * PAYS_WITHIN_IMAGES >= both.length - plain.length ? both : plain;
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
