import { Readable } from 'node:stream';
import { type Codec, loadCodec } from '@convae/runtime';
import {
  type BundleFiles,
  ConvaeError,
  type ImageBatch,
  type LatentBatch,
  MANIFEST_FILE,
  type Manifest,
  meanSquaredError,
  type QuantizerSpec,
  qualitiesOf,
  quantize,
  quantizerAt,
  serializeContext,
  sliceBatch,
} from '@convae/runtime/core';
import { inBatches } from '../../dataset/batches.js';
import { spread } from '../../dataset/split.js';
import { psnrFromMse } from '../../figures/psnr.js';
import { nearestTo, type RateTarget } from '../../training/rate/target.js';
import type { FloatContext } from '../../training/rate/trained-coding.js';
import { quantizeContext } from '../context/quantize-context.js';
import { fileEntry } from '../files.js';
import { type Calibration, calibrate } from './calibration.js';
import { chooseTables, type SymbolSet } from './choose-tables.js';
import { chooseQualities, chooseSteps } from './steps.js';

/** What quantizer and entropy tables are made of. */
export interface TableOptions {
  /** Images that the networks were trained on: their symbols fill the tables. */
  readonly training: ImageBatch;
  /** Other images, on which steps are chosen and rates are measured; a tenth of `training` where there are none. */
  readonly validation?: ImageBatch | undefined;
  /**
   * For each quality, coarse to fine, the step of each channel in latent units, and the default quality, where training
   * decided them; a lattice is measured otherwise.
   */
  readonly steps?: readonly (readonly number[])[] | undefined;
  readonly quality?: number | undefined;
  /** What each channel's latents are rounded from, latent units, where training decided that; 0 otherwise. */
  readonly offsets?: readonly number[] | undefined;
  /** The quality measured nearest to this is the default instead. */
  readonly target?: RateTarget | null | undefined;
  /** False: tables of channels alone, where the images are crops, whose places say nothing. */
  readonly placeTables?: boolean | undefined;
  /** The trained context network, where there is one. */
  readonly context?: FloatContext | undefined;
}

/** The manifest's fields on coding. */
export type CodingFields = {
  readonly [Name in 'version' | 'quantizer' | 'quality' | 'tables' | 'rates']: NonNullable<Manifest[Name]>;
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
/** Channels with a smaller share of symbols other than 0 are not coded: what they cost and what they mend is as little. */
const IDLE_SHARE = 5e-4;
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
  const { offsets } = options;
  const embedded = await trainingLatents(codec, training, options.steps?.length ?? 1);
  const latents = embedded.map((each) => centred(each, offsets));
  const { quantizer: plain, quality } =
    options.steps === undefined
      ? await measuredQuantizer(calibration)
      : trainedQuantizer(options.steps, options.quality, latents);
  const symbols = symbolSets(plain, latents, centred(calibration.latents, offsets));
  const tables = chooseTables(symbols, options.placeTables);
  const context = options.context && contextBytes(options.context, plain, latents);
  const quantizer = offsets === undefined ? plain : { ...plain, offsets: [...offsets] };
  const coding = {
    version: versionFor(quantizer),
    quantizer,
    quality,
    tables: fileEntry(TABLE_FILE, tables),
    ...(context && { context: fileEntry(CONTEXT_FILE, context) }),
  };
  const files = { ...graphs, [TABLE_FILE]: tables, ...(context && { [CONTEXT_FILE]: context }) };
  const coded = memoryFiles({ ...manifest, ...coding }, files);
  const rates = await measureRates(coded, spread(validation, RATE_IMAGES));
  return { tables, context, fields: { ...coding, rates, ...nearest(options.target, rates) } };
}

/** The default quality by what was measured, where there is a target. */
function nearest(target: TableOptions['target'], rates: CodingFields['rates']): { quality?: number } {
  if (!target) return {};
  const reached = rates.map((rate) => ({
    psnr: rate.validationPsnr ?? Number.MAX_VALUE,
    bytes: rate.validationBytesPerImage,
  }));
  return { quality: nearestTo(target, reached) };
}

/** Latents less their channels' offsets. */
function centred(latents: LatentBatch, offsets: readonly number[] | undefined): LatentBatch {
  if (offsets === undefined) return latents;
  const plane = latents.height * latents.width;
  const data = latents.data.map((value, i) => value - offsets[Math.floor(i / plane) % offsets.length]!);
  return { ...latents, data };
}

async function measuredQuantizer(calibration: Calibration) {
  const steps = await chooseSteps(calibration);
  const { multipliers, quality } = await chooseQualities(calibration, steps);
  return { quantizer: { steps, multipliers }, quality };
}

/** The steps that training decided, with 0 where a channel's symbols are nearly always 0. */
function trainedQuantizer(
  wanted: readonly (readonly number[])[],
  quality = wanted.length - 1,
  latents: readonly LatentBatch[],
) {
  const steps = wanted.map((own) => {
    const busy = busyShares(latents, own);
    const most = Math.max(...busy);
    return own.map((step, channel) => (busy[channel]! < IDLE_SHARE && busy[channel]! < most ? 0 : step));
  });
  return { quantizer: { steps }, quality };
}

/** The share of each channel's symbols that are not 0. */
function busyShares(latents: readonly LatentBatch[], steps: readonly number[]): number[] {
  const counts = steps.map(() => 0);
  let places = 0;
  for (const { data, count, height, width } of latents) {
    const plane = height * width;
    places += count * plane;
    for (let i = 0, at = 0; at < data.length; i = (i + 1) % steps.length, at += plane) {
      const half = steps[i]! / 2;
      for (let j = at; j < at + plane; j++) if (Math.abs(data[j]!) >= half) counts[i]!++;
    }
  }
  return counts.map((count) => count / places);
}

/** The symbols that tables are made of: those of the finest step of a lattice, or those of each quality. */
function symbolSets(
  quantizer: QuantizerSpec,
  training: readonly LatentBatch[],
  validation: LatentBatch,
): SymbolSet[] {
  const quantizers = quantizer.multipliers
    ? [quantizerAt({ ...quantizer, multipliers: [1] }, 0)]
    : quantizer.steps.map((_, quality) => quantizerAt(quantizer, quality));
  return quantizers.map((each) => ({
    training: training.map((latents) => quantize(latents, each)),
    validation: quantize(validation, each),
  }));
}

/** @throws ConvaeError UNSUPPORTED for a lattice, which no network is trained for. */
function contextBytes(
  network: FloatContext,
  quantizer: QuantizerSpec,
  latents: readonly LatentBatch[],
): Uint8Array {
  if (quantizer.multipliers === undefined)
    return serializeContext(quantizeContext({ network, steps: quantizer.steps, latents }));
  throw new ConvaeError('UNSUPPORTED', 'a context network needs the steps that it was trained for');
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

/** Latents of training images, so many that their symbols at each of the sets are within the limit. */
async function trainingLatents(codec: Codec, training: ImageBatch, sets: number): Promise<LatentBatch[]> {
  const { channels, height, width } = codec.manifest.latent;
  const most = Math.max(1, Math.floor(MAX_TRAINING_SYMBOLS / (sets * channels * height * width)));
  const latents: LatentBatch[] = [];
  for (const batch of inBatches(spread(training, most), TRAINING_BATCH))
    latents.push(await codec.embed(batch));
  return latents;
}

/** Encodes and decodes images at every quality, as a user would. */
async function measureRates(bundle: BundleFiles, images: ImageBatch): Promise<CodingFields['rates']> {
  await using codec = await loadCodec(bundle);
  const rates: CodingFields['rates'] = [];
  for (const quality of qualitiesOf(codec.manifest.quantizer)) {
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

/** The version of a manifest with this quantizer: the oldest that has it. */
export const versionFor = (quantizer: QuantizerSpec | undefined): string =>
  quantizer === undefined || quantizer.multipliers ? '1.0' : '2.0';

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
