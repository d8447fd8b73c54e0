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
  /** True: version 2, with a step for each quality and channel. */
  readonly gains?: boolean;
}

/** Steps of about a thirtieth of the latents' range; even and odd multipliers. */
export const TINY_QUANTIZER = { steps: [0.0625, 0.09375], offsets: [0, 0.01], multipliers: [16, 6, 3, 1] };

/** Steps of version 2 in the same range; the second channel is not coded at the coarsest quality. */
const TINY_GAINS = {
  steps: [
    [1, 0],
    [0.4, 0.55],
    [0.1875, 0.3],
    [0.0625, 0.09375],
  ],
  offsets: [0, 0.01],
};

const TABLE_IMAGES = 300;

/** The tiny bundle with a quantizer and entropy tables, built from seeded noise images; and a random context model. */
export async function createCodedBundle(options: CodedBundleOptions = {}): Promise<TinyBundle> {
  const bundle = await createTinyBundle(options);
  const images = noiseImages(TABLE_IMAGES, TINY_SIDE, TINY_SIDE, options.channels ?? 1);
  const latents = referenceEmbed(toFloatImages(images), bundle.weights);
  const { tables = 'both', gains = false } = options;
  // A lattice has the tables of its finest step, other steps tables for each quality.
  const sets = (gains ? [0, 1, 2, 3] : [3]).map((quality) => {
    const symbols = quantize(latents, quantizerAt(gains ? TINY_GAINS : TINY_QUANTIZER, quality));
    return [
      ...(tables === 'position' ? [] : tablesOf(symbols, symbols.height * symbols.width)),
      ...(tables === 'channel' ? [] : tablesOf(symbols, 1)),
    ];
  });
  const changes = gains ? { version: '2.0', quantizer: TINY_GAINS } : {};
  const coded = await withCoding(bundle, serializeTables(packTables(sets.flat())), changes);
  if (!options.context) return coded;
  return withContext(coded, serializeContext(gains ? tinyGainsModel() : tinyContextModel()));
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

const TINY_CONTEXT = { seed: 5, hidden1: 24, hidden2: 16, components: 3, range: 60 } as const;

/** A context model of the tiny bundle's sizes; it has learnt nothing. */
export const tinyContextModel = (): ContextModel =>
  randomContextModel({ ...TINY_CONTEXT, multipliers: TINY_QUANTIZER.multipliers });

/** The same in version 2, without places; a unit is the finest step of the first channel. */
const tinyGainsModel = (): ContextModel => {
  const scales = TINY_GAINS.steps.map((steps) => steps.map((step) => Math.round(64 * (step / 0.0625))));
  return randomContextModel({ ...TINY_CONTEXT, gridHeight: 1, gridWidth: 1, scales });
};

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

/** Makes the manifest of a bundle tell how it was trained. */
export function withTraining(bundle: TinyBundle, training: Manifest['training']): TinyBundle {
  const manifest = { ...bundle.manifest, training };
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
