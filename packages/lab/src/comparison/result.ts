import { closeness, figure, figuresFile, measuredImages, size } from '@convae/train/kit';
import * as z from 'zod';

/** A file or stream for each image, or one of all images: a mosaic, a container. */
export const USES = ['single', 'together'] as const;
/** One of {@link USES}. */
export type Use = (typeof USES)[number];

/** Our bundles, the reference autoencoder, principal components, codecs for pictures, coders of bytes. */
const FAMILIES = ['convae', 'reference', 'pca', 'codec', 'bytes'] as const;
/** One of {@link FAMILIES}. */
export type Family = (typeof FAMILIES)[number];

/** What one setting of a method was measured to give. */
export const figuresSchema = z.object({
  /** Images that were coded and decoded. */
  images: size,
  /** Everything that was written, by the number of images; without what decoding needs besides. */
  bytesPerImage: figure,
  /** What a decoder must have besides the bytes: a bundle's files, a basis and its tables. */
  modelBytes: size.optional(),
  ...closeness,
});

const point = z.object({
  setting: z.string(),
  /** Among several ways to use the same codec, of which the best at each PSNR counts: `4:2:0`. */
  variant: z.string().optional(),
  ...figuresSchema.shape,
});

const decibels = z.number().min(0).max(101);

const method = z.object({
  id: z.string(),
  label: z.string(),
  family: z.enum(FAMILIES),
  use: z.enum(USES),
  lossless: z.boolean(),
  /** Version and settings, in words. */
  details: z.string(),
  /** The prior of a bundle. */
  prior: z.enum(['factorized', 'context']).optional(),
  /** What its settings were chosen to cover, dB; absent where all were measured. */
  span: z.tuple([decibels, decibels]).optional(),
  points: z.array(point).min(1),
});

/** The images that every method of one use is measured on. */
const sample = z.object({
  images: size,
  /** Of all of them together. */
  pixels: size,
  /** Of shapes and pixels: tells whether another measurement used the same images. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Bytes and errors of several codecs on the same images. */
export const rateDistortionFile = figuresFile(
  'rate-distortion',
  {
    dataset: z.object({
      ...measuredImages,
      /** All of this part; how many of them were measured, `samples` says. */
      images: size,
      /** Of the training images where `manySizes`. */
      height: size,
      width: size,
      channels: size,
      /** True for pictures, each of its own size. */
      manySizes: z.boolean(),
    }),
    samples: z.object({ single: sample, together: sample.optional() }),
    /** The rows of the tables, dB, ascending. */
    psnrs: z.array(decibels).min(1),
    /** What BD-rates are taken over, dB; all that two curves have in common where absent. */
    bdRange: z.tuple([decibels, decibels]).optional(),
    methods: z.array(method),
    /** What was to be measured and could not be, and why. */
    skipped: z.array(z.object({ label: z.string(), reason: z.string() })),
  },
  '2.0',
);

/** Bytes and errors of one setting. */
export type Figures = z.infer<typeof figuresSchema>;
/** One measured setting of a method. */
export type Point = z.infer<typeof point>;
/** A codec in one way of using it, with its points in the order of its settings. */
export type MeasuredMethod = z.infer<typeof method>;
/** The same without points: what is known before it is measured. */
export type Method = Omit<MeasuredMethod, 'points' | 'span'>;
/** The content of rate-distortion.json. */
export type RateDistortion = z.infer<typeof rateDistortionFile.schema>;
/** Something that was not measured. */
export type Skipped = RateDistortion['skipped'][number];
