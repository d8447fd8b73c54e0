import { PRIORS } from '../bitstream/priors.js';
import { MAX_CONTEXT_FILE_BYTES } from '../context/limits.js';
import { MAX_MULTIPLIER, MAX_QUALITIES, MAX_STEP, MIN_STEP } from '../entropy/quantizer.js';
import { MAX_TABLE_FILE_BYTES } from '../entropy/table-file.js';
import { IMAGE_CHANNELS } from '../image.js';
import { MAX_PIXEL_FILE_BYTES } from '../pixels/limits.js';
import { PLAIN_FILE_NAME } from './files.js';
import * as z from './schema.js';

/**
 * Major.minor of the manifest format: 1.0, 2.0 for bundles with a step for each quality and channel, and 3.0 for lossless
 * ones. A reader refuses a newer major and ignores unknown fields of a newer minor.
 */
export const MANIFEST_VERSION = { major: 3, minor: 0 } as const;

/** Largest manifest that is read, bytes. */
export const MAX_MANIFEST_BYTES = 1 << 20;
/** Largest graph that is read, bytes. */
export const MAX_GRAPH_BYTES = 64 << 20;
/** Largest image side, pixels. */
export const MAX_IMAGE_SIDE = 16384;
/** Largest number of latent channels. */
export const MAX_LATENT_CHANNELS = 4096;

const side = z.int().check(z.gte(1), z.lte(MAX_IMAGE_SIDE));

/** A tensor of a graph: its name and its N×C×H×W shape, where a string names a dynamic dimension. */
const tensor = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  shape: z.array(z.union([z.int().check(z.gte(1)), z.string()])).check(z.minLength(2), z.maxLength(4)),
});

/** A file of the bundle: its plain name inside the folder, its length and its SHA-256. */
const listedFile = (maxBytes: number) => ({
  file: z.string().check(z.regex(PLAIN_FILE_NAME)),
  bytes: z.int().check(z.gte(1), z.lte(maxBytes)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

const graph = z.object({ ...listedFile(MAX_GRAPH_BYTES), input: tensor, output: tensor });

const channelList = <T>(item: z.Schema<T>) =>
  z.array(item).check(z.minLength(1), z.maxLength(MAX_LATENT_CHANNELS));
const step = z.number().check(z.gte(MIN_STEP), z.lte(MAX_STEP));
const offsets = z.optional(z.array(z.number().check(z.gte(-MAX_STEP), z.lte(MAX_STEP))));

/** How latents become symbols (FORMAT.md, "Quantizer"), in version 1. */
const latticeSchema = z.object({
  /** The finest step of each latent channel. */
  steps: channelList(step),
  /** The latent value of symbol 0 in each channel; 0 where absent. */
  offsets,
  /** Strictly descending: quality q multiplies every step by the q-th. */
  multipliers: z
    .array(z.int().check(z.gte(1), z.lte(MAX_MULTIPLIER)))
    .check(z.minLength(1), z.maxLength(MAX_QUALITIES)),
});

/** The same in version 2. */
const gainSchema = z.object({
  /** For each quality, the coarsest first, the step of each latent channel; 0 where it is not coded. */
  steps: z
    .array(channelList(z.union([step, z.literal(0)])))
    .check(z.minLength(1), z.maxLength(MAX_QUALITIES)),
  offsets,
  multipliers: z.optional(z.absent()),
});

/** What one quality was measured to give on the validation images. */
const rate = z.object({
  quality: z.int().check(z.gte(0), z.lt(MAX_QUALITIES)),
  /** Decibels, from the mean squared error over all pixels; null where every image came back as it was. */
  validationPsnr: z.union([z.number(), z.literal(null)]),
  /** Bytes of a container, all included, by its number of images. */
  validationBytesPerImage: z.number().check(z.gte(0)),
});

/** Most values of each output that a golden vector keeps. */
export const MAX_PROBE_VALUES = 64;

const probeValues = z.array(z.number()).check(z.minLength(1), z.maxLength(MAX_PROBE_VALUES));

/** What bundles of every kind have. */
const common = {
  format: z.literal('convae-bundle'),
  /** `major.minor`. */
  version: z.string().check(z.regex(/^\d{1,4}\.\d{1,4}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  createdBy: z.string(),
  /** The image that the network was trained on. */
  image: z.object({
    channels: z.literal(IMAGE_CHANNELS),
    height: side,
    width: side,
    /** True where the network takes any height and width that are multiples of `multiple`. */
    anySize: z.boolean(),
    /** Heights and widths must be multiples of this. */
    multiple: z.int().check(z.gte(1), z.lte(1024)),
  }),
  /** Measured figures of each quality, for people. */
  rates: z.optional(z.array(rate).check(z.maxLength(MAX_QUALITIES))),
  /** The architecture specification that the graphs were built from (plain data, read by @convae/train). */
  architecture: z.record(z.unknown()),
  /** How the network was trained: data set, epochs, batch, seed, learning rate and so on. */
  training: z.record(z.unknown()),
  /** Measured figures, each with the data it was measured on in its name, e.g. `validationMse`. */
  metrics: z.record(z.number()),
};

const fields = {
  ...common,
  /** The latent of an image of the trained size. */
  latent: z.object({
    channels: z.int().check(z.gte(1), z.lte(MAX_LATENT_CHANNELS)),
    height: side,
    width: side,
  }),
  /** Network input = pixel · scale + offset; the decoder's output is mapped back the same way. */
  normalisation: z.object({ scale: z.number().check(z.positive()), offset: z.number() }),
  encoder: graph,
  decoder: graph,
  /** The default quality, 0 the coarsest. */
  quality: z.optional(z.int().check(z.gte(0), z.lt(MAX_QUALITIES))),
  /** The file of the entropy tables (FORMAT.md, "Entropy tables"). */
  tables: z.optional(z.object(listedFile(MAX_TABLE_FILE_BYTES))),
  /** The file of the context prior's model (FORMAT.md, "Context model"); there beside `tables` only. */
  context: z.optional(z.object(listedFile(MAX_CONTEXT_FILE_BYTES))),
  /** The default prior; where absent, the context prior if there is one. */
  prior: z.optional(z.literal(PRIORS)),
  /**
   * The bundle's golden vector: at most 64 values of what the networks gave for the probe image (FORMAT.md, "Probe"),
   * evenly spread, by which a reader tells whether an execution provider computes right.
   */
  probe: z.optional(z.object({ latent: probeValues, reconstruction: probeValues })),
};

/**
 * The schema of manifest.json (FORMAT.md, "Bundle") in a major version, whose quantizer is a `LatticeSpec` in 1, a `GainSpec`
 * in 2. Unknown fields are ignored, so minors can add some.
 */
export const manifestSchemaOf = (major: number) =>
  z.object({ ...fields, quantizer: z.optional(major === 1 ? latticeSchema : gainSchema) });

/** The schema of manifest.json of a lossless bundle, in major version 3. */
export const losslessSchema = z.object({
  ...common,
  kind: z.literal('lossless'),
  /** The file of the pixel context model (FORMAT.md, "Pixel context model"). */
  context: z.object(listedFile(MAX_PIXEL_FILE_BYTES)),
});

/** A parsed manifest.json of a bundle with two networks. */
export type Manifest = z.ValueOf<ReturnType<typeof manifestSchemaOf>>;

/** A parsed manifest.json of a lossless bundle: a pixel context model, and no networks. */
export type LosslessManifest = z.ValueOf<typeof losslessSchema>;

/** Whether a manifest is that of a lossless bundle. */
export const isLossless = (manifest: Manifest | LosslessManifest): manifest is LosslessManifest =>
  'kind' in manifest;
