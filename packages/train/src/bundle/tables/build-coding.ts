import { Readable } from 'node:stream';
import { type Codec, loadCodec } from '@convae/runtime';
import {
  type BundleFiles,
  ConvaeError,
  type ImageBatch,
  MANIFEST_FILE,
  type Manifest,
  meanSquaredError,
  quantize,
  quantizerAt,
  type SymbolBatch,
  serializeContext,
  sliceBatch,
} from '@convae/runtime/core';
import { inBatches } from '../../dataset/batches.js';
import { psnrFromMse } from '../../figures/psnr.js';
import type { FloatContext } from '../../training/rate/trained-coding.js';
import { quantizeContext } from '../context/quantize-context.js';
import { fileEntry } from '../files.js';
import { type Calibration, calibrate, spread } from './calibration.js';
import { chooseTables } from './choose-tables.js';
import { chooseQualities, chooseSteps } from './steps.js';

/** What quantizer and entropy tables are made of. */
export interface TableOptions {
  /** Images that the networks were trained on: their symbols fill the tables. */
  readonly training: ImageBatch;
  /** Other images, on which steps are chosen and rates are measured; a tenth of `training` where there are none. */
  readonly validation?: ImageBatch | undefined;
  /** The finest step of each channel, where training decided it; measured otherwise. */
  readonly steps?: readonly number[] | undefined;
  /** Multipliers, coarse to fine, and the default among them, where training decided them. */
  readonly multipliers?: readonly number[] | undefined;
  readonly quality?: number | undefined;
  /** The trained context network, where there is one. */
  readonly context?: FloatContext | undefined;
}

/** The manifest's fields on coding. */
export type CodingFields = {
  readonly [Name in 'quantizer' | 'quality' | 'tables' | 'rates']: NonNullable<Manifest[Name]>;
} & { readonly context?: NonNullable<Manifest['context']> };

/** Quantizer, tables and measured rates of a bundle. */
export interface BuiltCoding {
  readonly fields: CodingFields;
  /** The bytes of the table file. */
  readonly tables: Uint8Array;
  /** The bytes of the context model's file, where there is one. */
  readonly context: Uint8Array | undefined;
}

const TABLE_FILE = 'tables.bin';
const CONTEXT_FILE = 'context.bin';

/** Training symbols that are kept at once, most; images are left out beyond. */
const MAX_TRAINING_SYMBOLS = 1 << 25;
const TRAINING_BATCH = 1024;
const CALIBRATION_IMAGES = 1000;
/** Images on which rates are measured, most. */
const RATE_IMAGES = 2000;

/**
 * Builds the quantizer and the integer tables of a bundle by running its own graphs in ONNX Runtime.
 * @param manifest the bundle's, without coding.
 * @param graphs the bytes of both graphs by file name.
 * @throws ConvaeError SHAPE_MISMATCH where the images are not of the bundle's size.
 */
export async function buildCoding(
  manifest: Manifest,
  graphs: Readonly<Record<string, Uint8Array>>,
  options: TableOptions,
): Promise<BuiltCoding> {
  const { training, validation } = splitImages(options);
  await using codec = await loadCodec(memoryFiles(manifest, graphs));
  const calibration = await calibrate(codec, validation, CALIBRATION_IMAGES);
  const steps = [...(options.steps ?? (await chooseSteps(calibration)))];
  const { multipliers, quality } = await qualitiesOf(options, calibration, steps);
  const finest = quantizerAt({ steps, multipliers: [1] }, 0);
  const symbols = await trainingSymbols(codec, training, steps);
  const tables = chooseTables(symbols, quantize(calibration.latents, finest));
  const network = options.context;
  const context = network && serializeContext(quantizeContext({ network, multipliers, symbols }));
  const coding = {
    quantizer: { steps, multipliers },
    quality,
    tables: fileEntry(TABLE_FILE, tables),
    ...(context && { context: fileEntry(CONTEXT_FILE, context) }),
  };
  const files = { ...graphs, [TABLE_FILE]: tables, ...(context && { [CONTEXT_FILE]: context }) };
  const coded = memoryFiles({ ...manifest, ...coding }, files);
  const rates = await measureRates(coded, spread(validation, RATE_IMAGES));
  return { tables, context, fields: { ...coding, rates } };
}

async function qualitiesOf(
  { multipliers, quality }: TableOptions,
  calibration: Calibration,
  steps: readonly number[],
): Promise<{ multipliers: number[]; quality: number }> {
  if (multipliers === undefined) return chooseQualities(calibration, steps);
  return { multipliers: [...multipliers], quality: quality ?? multipliers.length - 1 };
}

function splitImages({ training, validation }: TableOptions): {
  training: ImageBatch;
  validation: ImageBatch;
} {
  if (training.count < 1) throw new RangeError('expected at least 1 image for tables.training, received 0');
  if (validation && validation.count > 0) return { training, validation };
  const kept = Math.max(1, training.count - Math.ceil(training.count / 10));
  const held = kept < training.count ? sliceBatch(training, kept, training.count) : training;
  return { training: sliceBatch(training, 0, kept), validation: held };
}

async function trainingSymbols(
  codec: Codec,
  training: ImageBatch,
  steps: readonly number[],
): Promise<SymbolBatch[]> {
  const { channels, height, width } = codec.manifest.latent;
  const images = spread(
    training,
    Math.max(1, Math.floor(MAX_TRAINING_SYMBOLS / (channels * height * width))),
  );
  const finest = quantizerAt({ steps, multipliers: [1] }, 0);
  const symbols: SymbolBatch[] = [];
  for (const batch of inBatches(images, TRAINING_BATCH))
    symbols.push(quantize(await codec.embed(batch), finest));
  return symbols;
}

/** Encodes and decodes images at every quality, as a user would. */
async function measureRates(bundle: BundleFiles, images: ImageBatch): Promise<CodingFields['rates']> {
  await using codec = await loadCodec(bundle);
  const rates: CodingFields['rates'] = [];
  for (let quality = 0; quality < codec.manifest.quantizer!.multipliers.length; quality++) {
    const pieces: Uint8Array[] = [];
    const sink = { write: (bytes: Uint8Array) => void pieces.push(bytes) };
    const { bytes } = await codec.encodeContainer([images], sink, { quality, count: images.count });
    const psnr = psnrFromMse(await decodedError(codec, pieces, images));
    rates.push({
      quality,
      validationPsnr: psnr === null ? null : rounded(psnr),
      validationBytesPerImage: rounded(bytes / images.count),
    });
  }
  return rates;
}

async function decodedError(
  codec: Codec,
  pieces: readonly Uint8Array[],
  images: ImageBatch,
): Promise<number> {
  const decoded = await codec.decodeContainer(Readable.from(pieces));
  let sum = 0;
  for await (const { firstImage, images: some } of decoded.images) {
    const originals = sliceBatch(images, firstImage, firstImage + some.count);
    sum += meanSquaredError(originals, some) * some.count;
  }
  return sum / images.count;
}

const rounded = (value: number): number => Number(value.toFixed(4));

/** The files of a bundle in memory: its manifest, and others by their names. */
export function memoryFiles(manifest: Manifest, files: Readonly<Record<string, Uint8Array>>): BundleFiles {
  const manifestBytes = new TextEncoder().encode(JSON.stringify(manifest));
  return {
    location: manifest.name,
    read: async (name) => {
      const bytes = name === MANIFEST_FILE ? manifestBytes : files[name];
      if (bytes === undefined) throw new ConvaeError('NOT_FOUND', `the bundle has no ${name}`);
      return bytes;
    },
  };
}
