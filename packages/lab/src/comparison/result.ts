import { closeness, figure, figuresFile, measuredImages, size } from '@convae/train/kit';
import * as z from 'zod';

/** PSNR targets of the tables, dB. */
export const TARGETS: readonly number[] = [20.4, 22, 24, 25.7, 28];

/** Whether one file holds one image, one holds all of them side by side, or there is one stream of many. */
const FAMILIES = ['convae', 'reference', 'pca', 'mosaic', 'file', 'stream'] as const;
/** One of {@link FAMILIES}. */
export type Family = (typeof FAMILIES)[number];

/** What one setting of a method was measured to give. */
export const figuresSchema = z.object({
  /** Images that were coded and decoded: all, or a sample. */
  images: size,
  /** Everything that was written, by the number of images; without what decoding needs besides. */
  bytesPerImage: figure,
  /** Mean bytes of each image coded alone, where the method can do both. */
  streamBytesPerImage: figure.optional(),
  /** What a decoder must have besides the bytes: a bundle's files, a basis and its tables. */
  modelBytes: size.optional(),
  ...closeness,
});

const point = z.object({ setting: z.string(), ...figuresSchema.shape });

const method = z.object({
  id: z.string(),
  label: z.string(),
  family: z.enum(FAMILIES),
  lossless: z.boolean(),
  /** Version and settings, in words. */
  details: z.string(),
  /** The prior of a bundle. */
  prior: z.enum(['factorized', 'context']).optional(),
  points: z.array(point).min(1),
});

/** Bytes and errors of several codecs on the same images. */
export const rateDistortionFile = figuresFile('rate-distortion', {
  dataset: z.object({
    ...measuredImages,
    images: size,
    height: size,
    width: size,
    channels: size,
    /** Of shape and pixels: tells whether another measurement used the same images. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  methods: z.array(method),
  /** What was to be measured and could not be, and why. */
  skipped: z.array(z.object({ label: z.string(), reason: z.string() })),
});

/** Bytes and errors of one setting. */
export type Figures = z.infer<typeof figuresSchema>;
/** One measured setting of a method. */
export type Point = z.infer<typeof point>;
/** A codec in one way of using it, with its points in the order of its settings. */
export type MeasuredMethod = z.infer<typeof method>;
/** The same without points: what is known before it is measured. */
export type Method = Omit<MeasuredMethod, 'points'>;
/** The content of rate-distortion.json. */
export type RateDistortion = z.infer<typeof rateDistortionFile.schema>;
/** Something that was not measured. */
export type Skipped = RateDistortion['skipped'][number];
