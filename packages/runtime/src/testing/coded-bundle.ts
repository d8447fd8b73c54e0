import { MANIFEST_FILE } from '../bundle/files.js';
import { sha256Hex } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { type ContextModel, serializeContext } from '../context/index.js';
import { buildTable, type EntropyTable, packTables, serializeTables } from '../entropy/index.js';
import { quantize, quantizerAt, type SymbolBatch } from '../entropy/quantizer.js';
import { toFloatImages } from '../image.js';
import { noiseImages } from './expectations.js';
import { randomContextModel } from './random-context.js';
import {
  createTinyBundle,
  encodeManifest,
  TINY_SIDE,
  type TinyBundle,
  type TinyBundleOptions,
} from './tiny-bundle.js';
import { referenceEmbed } from './tiny-reference.js';

/** What tables a coded tiny bundle has, and whether a context model too. */
export interface CodedBundleOptions extends TinyBundleOptions {
  readonly tables?: 'channel' | 'position' | 'both';
  readonly context?: boolean;
}

/** Steps of about a thirtieth of the latents' range; even and odd multipliers. */
export const TINY_QUANTIZER = { steps: [0.0625, 0.09375], offsets: [0, 0.01], multipliers: [16, 6, 3, 1] };

const TABLE_IMAGES = 300;

/** The tiny bundle with a quantizer and entropy tables, built from seeded noise images; and a random context model. */
export async function createCodedBundle(options: CodedBundleOptions = {}): Promise<TinyBundle> {
  const bundle = await createTinyBundle(options);
  const images = noiseImages(TABLE_IMAGES, TINY_SIDE, TINY_SIDE, options.channels ?? 1);
  const latents = referenceEmbed(toFloatImages(images), bundle.weights);
  const symbols = quantize(latents, quantizerAt(TINY_QUANTIZER, 3));
  const { tables = 'both' } = options;
  const plain = [
    ...(tables === 'position' ? [] : tablesOf(symbols, symbols.height * symbols.width)),
    ...(tables === 'channel' ? [] : tablesOf(symbols, 1)),
  ];
  const coded = await withCoding(bundle, serializeTables(packTables(plain)));
  return options.context ? withContext(coded, serializeContext(tinyContextModel())) : coded;
}

/** Adds a table file to a bundle, and what the manifest says of it; `changes` go on top. */
export async function withCoding(
  bundle: TinyBundle,
  tables: Uint8Array,
  changes: object = {},
): Promise<TinyBundle> {
  const entry = { file: 'tables.bin', bytes: tables.length, sha256: await sha256Hex(tables) };
  const coding = { quantizer: TINY_QUANTIZER, quality: 2, tables: entry };
  const manifest = { ...bundle.manifest, ...coding, ...changes } as Manifest;
  bundle.contents.set(entry.file, tables);
  bundle.contents.set(MANIFEST_FILE, encodeManifest(manifest));
  return { ...bundle, manifest };
}

/** A context model of the tiny bundle's sizes; it has learnt nothing. */
export function tinyContextModel(): ContextModel {
  const { multipliers } = TINY_QUANTIZER;
  return randomContextModel({ seed: 5, hidden1: 24, hidden2: 16, components: 3, range: 60, multipliers });
}

/** Adds a context model's file to a coded bundle, and what the manifest says of it; `changes` go on top. */
export async function withContext(
  bundle: TinyBundle,
  context: Uint8Array,
  changes: object = {},
): Promise<TinyBundle> {
  const entry = { file: 'context.bin', bytes: context.length, sha256: await sha256Hex(context) };
  const manifest = { ...bundle.manifest, context: entry, ...changes } as Manifest;
  bundle.contents.set(entry.file, context);
  bundle.contents.set(MANIFEST_FILE, encodeManifest(manifest));
  return { ...bundle, manifest };
}

/** One table for every `plane` places of a latent. */
function tablesOf(symbols: SymbolBatch, plane: number): EntropyTable[] {
  const places = symbols.channels * symbols.height * symbols.width;
  return Array.from({ length: places / plane }, (_, table) => {
    const own = symbols.data.filter((_symbol, i) => Math.floor((i % places) / plane) === table);
    const min = Math.min(...own);
    const counts = new Array<number>(Math.max(...own) - min + 1).fill(0);
    for (const symbol of own) counts[symbol - min]! += 1;
    return buildTable(min, counts);
  });
}
