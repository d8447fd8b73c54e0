import * as z from 'zod/mini';

/** Major.minor of the manifest format. A reader refuses a newer major and ignores unknown fields of a newer minor. */
export const MANIFEST_VERSION = { major: 1, minor: 0 } as const;

/** The manifest's own file name inside a bundle folder. */
export const MANIFEST_FILE = 'manifest.json';

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

const graph = z.object({
  /** A plain file name inside the bundle folder. */
  file: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)),
  bytes: z.int().check(z.gte(1), z.lte(MAX_GRAPH_BYTES)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  input: tensor,
  output: tensor,
});

/** The schema of manifest.json (FORMAT.md, "Bundle"). Unknown fields are ignored, so minors can add some. */
export const manifestSchema = z.object({
  format: z.literal('convae-bundle'),
  /** `major.minor`. */
  version: z.string().check(z.regex(/^\d{1,4}\.\d{1,4}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  createdBy: z.string(),
  /** The image that the network was trained on. */
  image: z.object({
    channels: z.union([z.literal(1), z.literal(3)]),
    height: side,
    width: side,
    /** True where the network takes any height and width that are multiples of `multiple`. */
    anySize: z.boolean(),
    /** Heights and widths must be multiples of this. */
    multiple: z.int().check(z.gte(1), z.lte(1024)),
  }),
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
  /** The architecture specification that the graphs were built from (plain data, read by @convae/train). */
  architecture: z.record(z.string(), z.unknown()),
  /** How the network was trained: data set, epochs, batch, seed, learning rate and so on. */
  training: z.record(z.string(), z.unknown()),
  /** Measured figures, each with the data it was measured on in its name, e.g. `validationMse`. */
  metrics: z.record(z.string(), z.number()),
});

/** A parsed manifest.json. */
export type Manifest = z.infer<typeof manifestSchema>;
