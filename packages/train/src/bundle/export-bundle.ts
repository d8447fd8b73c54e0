import {
  ConvaeError,
  type ImageBatch,
  MANIFEST_FILE,
  type Manifest,
  manifestSchemaOf,
} from '@convae/runtime/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inBatches } from '../dataset/batches.js';
import { version } from '../files/version.js';
import { convertModel, type TensorInfo } from '../onnx/convert.js';
import type { PlainTensor } from '../onnx/parity/ort.js';
import { runTfjs } from '../onnx/parity/tfjs.js';
import { PARITY_TOLERANCE, type ParityOptions, verifyParity } from '../onnx/parity/verify.js';
import type { Tf } from '../setup/backend.js';
import { chooseDecoderForm, type DecoderChoice } from './decoder-form.js';
import { fileEntry, manifestBytes, writeBundleFolder } from './files.js';
import { goldenVectorOf } from './golden-vector.js';
import { type ImageGeometry, imageGeometry, networkInput, otherSize, timingBatch } from './samples.js';
import { type BuiltCoding, buildCoding, type TableOptions, versionFor } from './tables/build-coding.js';

/** Images per run when a bundle is compared with its models. */
const SAMPLE_BATCH = 128;

/** Options of {@link exportBundle}. */
export interface ExportBundleOptions {
  readonly tf: Tf;
  /** Images in 0..1, N×H×W×C, to latents. */
  readonly encoder: LayersModel;
  /** Latents to images. */
  readonly decoder: LayersModel;
  /** The bundle's folder; an older bundle there is replaced. */
  readonly outDir: string;
  /** Real images of the trained size, on which tfjs and ONNX Runtime are compared. */
  readonly samples: ImageBatch;
  /** Name of the bundle, 1 to 128 characters. */
  readonly name: string;
  /** The architecture specification, kept in the manifest. */
  readonly architecture: Readonly<Record<string, unknown>>;
  /** How the network was trained, kept in the manifest. */
  readonly training: Readonly<Record<string, unknown>>;
  /** Measured figures, kept in the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
  /** True: the network is convolutional throughout and takes images of any size. */
  readonly anySize: boolean;
  /** True: take the decoder's fused form where it has one that is faster here. */
  readonly optimize?: boolean;
  /** Largest allowed difference between tfjs and ONNX Runtime; {@link PARITY_TOLERANCE} otherwise. */
  readonly tolerance?: number;
  /** The images that quantizer and entropy tables are built from; a bundle without them encodes no bytes. */
  readonly tables?: TableOptions | undefined;
}

/** Largest absolute differences between tfjs and ONNX Runtime, of latents and of pixels in 0..1. */
export interface Parity {
  readonly encoder: number;
  readonly decoder: number;
}

/** What {@link exportBundle} wrote. */
export interface ExportedBundle {
  readonly outDir: string;
  readonly manifest: Manifest;
  readonly parity: Parity;
  readonly decoder: Pick<DecoderChoice, 'form' | 'milliseconds'>;
  /** Of the files; tables are 0 where there are none. */
  readonly bytes: { readonly encoder: number; readonly decoder: number; readonly tables: number };
}

/**
 * Exports an autoencoder as a bundle: encoder.onnx, decoder.onnx and manifest.json (FORMAT.md, "Bundle"). Both graphs
 * run in ONNX Runtime on the samples and are compared with tfjs before anything is written; with `anySize` also on
 * images of another size. With `tables` also a quantizer and entropy tables, built by running the graphs.
 * @throws ConvaeError UNSUPPORTED, PARITY_FAILED, SHAPE_MISMATCH or WRITE_FAILED; then nothing was written.
 */
export async function exportBundle(options: ExportBundleOptions): Promise<ExportedBundle> {
  const encoder = convertPart(options, 'encoder', 'image', 'latent');
  const decoder = convertPart(options, 'decoder', 'latent', 'image');
  const batches = checkedBatches(options.samples);
  const images = networkInput(batches[0]!);
  const latents = encode(options, encoder, images);
  const choice = await chooseForm(options, decoder, latents);
  const parts = { encoder, decoder: { ...decoder, bytes: choice.bytes } };
  const geometry = imageGeometry(images.shape, latents.shape, options.anySize);
  if (options.anySize) batches.push(otherSize(options.samples, geometry.multiple));
  let parity: Parity = { encoder: 0, decoder: 0 };
  for (const batch of batches)
    parity = worse(parity, await compareParts(options, parts, networkInput(batch)));
  const bare = buildManifest(options, parts, geometry, { form: choice.form, parity });
  const plain = checkedManifest({ ...bare, probe: await goldenVectorOf(bare, graphFiles(bare, parts)) });
  const coding = options.tables && (await buildCoding(plain, graphFiles(plain, parts), options.tables));
  const manifest = coding ? checkedManifest({ ...plain, ...coding.fields }) : plain;
  await writeBundle(options.outDir, manifest, parts, coding);
  return {
    outDir: options.outDir,
    manifest,
    parity,
    decoder: { form: choice.form, milliseconds: choice.milliseconds },
    bytes: {
      encoder: encoder.bytes.length,
      decoder: choice.bytes.length,
      tables: coding?.tables.length ?? 0,
    },
  };
}

function checkedBatches(samples: ImageBatch): ImageBatch[] {
  const { data, count, height, width, channels } = samples;
  if (count < 1) throw new RangeError(`expected at least one image for samples, received ${count}`);
  const length = count * height * width * channels;
  if (data.length === length) return [...inBatches(samples, SAMPLE_BATCH)];
  throw new RangeError(`expected ${length} bytes for samples.data, received ${data.length}`);
}

/** One network; its bytes are those that the bundle holds. */
type Part = Pick<ParityOptions, 'model' | 'converted'> & { readonly bytes: Uint8Array };

interface Parts {
  readonly encoder: Part;
  readonly decoder: Part;
}

function convertPart(
  options: ExportBundleOptions,
  part: 'encoder' | 'decoder',
  input: string,
  output: string,
): Part {
  const model = options[part];
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new ConvaeError('UNSUPPORTED', `The ${part} must have one input and one output`);
  }
  const converted = convertModel(model, {
    name: `${options.name} ${part}`,
    docString: `The ${part} of the convolutional autoencoder "${options.name}": ${input} to ${output}, float32 N×C×H×W.`,
    inputNames: [input],
    outputNames: [output],
    dynamicSize: options.anySize,
    raiseVectors: true,
    producerVersion: version,
  });
  return { model, converted, bytes: converted.bytes };
}

/** The latents as tfjs computes them. */
function encode({ tf }: ExportBundleOptions, { model, converted }: Part, images: PlainTensor): PlainTensor {
  const [input] = converted.inputs as [TensorInfo];
  const fits = input.shape.every((size, i) => typeof size === 'string' || size === images.shape[i]);
  if (!fits) {
    const message = `The samples are [${images.shape}], but the encoder takes [${input.shape}]`;
    throw new ConvaeError('SHAPE_MISMATCH', message);
  }
  return runTfjs(tf, model, converted, { image: images })[0]!;
}

async function chooseForm(
  { optimize }: ExportBundleOptions,
  { converted }: Part,
  latents: PlainTensor,
): Promise<DecoderChoice> {
  if (!optimize) return { form: 'plain', bytes: converted.bytes, milliseconds: null };
  return chooseDecoderForm(converted, { latent: timingBatch(latents) }, version);
}

async function compareParts(
  options: ExportBundleOptions,
  parts: Parts,
  images: PlainTensor,
): Promise<Parity> {
  const { tf, tolerance = PARITY_TOLERANCE } = options;
  const latent = encode(options, parts.encoder, images);
  const encoder = await verifyParity({ tf, tolerance, ...parts.encoder, feeds: { image: images } });
  const decoder = await verifyParity({ tf, tolerance, ...parts.decoder, feeds: { latent } });
  return { encoder: encoder.maxAbsDifference, decoder: decoder.maxAbsDifference };
}

const worse = (a: Parity, b: Parity): Parity => ({
  encoder: Math.max(a.encoder, b.encoder),
  decoder: Math.max(a.decoder, b.decoder),
});

function buildManifest(
  options: ExportBundleOptions,
  { encoder, decoder }: Parts,
  { image, latent, multiple }: ImageGeometry,
  { form, parity }: { form: DecoderChoice['form']; parity: Parity },
): Manifest {
  const manifest = {
    format: 'convae-bundle',
    version: versionFor(undefined),
    name: options.name,
    createdBy: `@convae/train ${version}`,
    image: { ...image, anySize: options.anySize, multiple },
    latent,
    normalisation: { scale: 1 / 255, offset: 0 },
    encoder: graphEntry('encoder.onnx', encoder),
    decoder: { ...graphEntry('decoder.onnx', decoder), form },
    architecture: options.architecture,
    training: options.training,
    metrics: options.metrics,
    parity,
  };
  return checkedManifest(manifest);
}

function checkedManifest(manifest: Pick<Manifest, 'version'> & Readonly<Record<string, unknown>>): Manifest {
  const result = manifestSchemaOf(Number.parseInt(manifest.version, 10)).safeParse(manifest);
  if (result.success) return manifest as unknown as Manifest;
  const { path, expected } = result.issue;
  const message = `The manifest would break its schema: expected ${expected} for ${path.join('.')}`;
  throw new ConvaeError('MANIFEST_INVALID', message);
}

function graphEntry(file: string, { converted, bytes }: Part) {
  const tensor = ({ name, shape }: TensorInfo) => ({ name, shape });
  const { inputs, outputs } = converted;
  return { ...fileEntry(file, bytes), input: tensor(inputs[0]!), output: tensor(outputs[0]!) };
}

const graphFiles = (manifest: Manifest, parts: Parts): Record<string, Uint8Array> => ({
  [manifest.encoder.file]: parts.encoder.bytes,
  [manifest.decoder.file]: parts.decoder.bytes,
});

async function writeBundle(
  outDir: string,
  manifest: Manifest,
  parts: Parts,
  coding: BuiltCoding | undefined,
): Promise<void> {
  await writeBundleFolder(outDir, {
    ...graphFiles(manifest, parts),
    ...(coding ? { [coding.fields.tables.file]: coding.tables } : {}),
    ...(coding?.context && coding.fields.context ? { [coding.fields.context.file]: coding.context } : {}),
    [MANIFEST_FILE]: manifestBytes(manifest),
  });
}
