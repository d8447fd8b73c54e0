import { PLAIN_FILE_NAME } from '@convae/runtime';
import * as z from 'zod';
import { currentName } from '../model/spec.js';
import { closeness, count, figure, size } from './fields.js';
import { figuresFile, measuredImages } from './figures-file.js';

/** One test image, picked by its error. */
export const pickedImageSchema = z.object({
  /** Position in the measured images, 0-based. */
  index: count,
  label: count.optional(),
  ...closeness,
});

const perClass = z.object({ label: count, images: size, ...closeness });

const channel = z.object({
  channel: count,
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  standardDeviation: figure,
  /** Share of values that are exactly 0, 0..1. */
  zeroShare: z.number().min(0).max(1),
  /** Equally wide bins over [min, max], of the values that are not exactly 0. */
  histogram: z.object({ min: z.number(), max: z.number(), counts: z.array(count) }).optional(),
});

const layer = z.object({
  part: z.enum(['encoder', 'decoder']),
  name: z.string(),
  kind: z.string(),
  /** channels, height, width. */
  outputShape: z.array(size),
  parameters: count,
  description: z.string(),
});

const file = z.object({ file: z.string().regex(PLAIN_FILE_NAME), bytes: size });

/** What one bundle achieves on one set of images, and how that was found. */
export const metricsFile = figuresFile('metrics', {
  dataset: z.object({
    ...measuredImages,
    images: size,
    height: size,
    width: size,
    channels: size,
    /** Number of classes that occur; 0 without labels. */
    classes: count,
  }),
  /** Of the codec's uint8 output, pixels divided by 255. */
  distortion: z.object({
    ...closeness,
    /** Side of the SSIM window, pixels: 11, less for smaller images. */
    ssimWindow: size,
    /** MSE of the decoder's float output before rounding to uint8. */
    mseFloat: figure,
    /** By class number; absent without labels. */
    perClass: z.array(perClass).optional(),
    /** Ascending MSE. */
    best: z.array(pickedImageSchema),
    /** Descending MSE. */
    worst: z.array(pickedImageSchema),
  }),
  latent: z.object({
    channels: size,
    height: size,
    width: size,
    /** Latents of one image as float32. */
    float32Bytes: size,
    /** The image itself as uint8 pixels. */
    imageBytes: size,
    /** Channels of one constant value on every image. */
    deadChannels: z.array(count),
    /** Images that the statistics and histograms cover. */
    statisticsImages: size,
    statistics: z.array(channel),
  }),
  model: z.object({
    /** The architecture's name. */
    name: z.string().transform(currentName),
    encoderParameters: count,
    decoderParameters: count,
    layers: z.array(layer),
  }),
  bundle: z.object({ name: z.string(), bytes: size, files: z.array(file) }),
  speed: z.object({
    executionProvider: z.string(),
    /** uint8 images to latents, images per second. */
    encoderImagesPerSecond: figure,
    /** Latents to uint8 images, images per second. */
    decoderImagesPerSecond: figure,
    /** Images in one call. */
    imagesPerCall: size,
  }),
  /** Real bytes at each quality; absent where the bundle has no entropy tables. */
  bitstreams: z
    .object({
      defaultQuality: count,
      /** Those with the bundle's own prior first. */
      rates: z.array(
        z.object({
          quality: count,
          prior: z.enum(['factorized', 'context']).default('factorized'),
          /** One container with all images, everything included but the bundle, bytes per image. */
          containerBytesPerImage: figure,
          /** Mean bytes of each image coded alone. */
          streamBytesPerImage: figure,
          ...closeness,
        }),
      ),
    })
    .optional(),
  /** Whole test pictures as single image streams; absent where the set has one size, or no entropy tables. */
  pictures: z
    .object({
      /** Pictures that were coded, spread evenly over all `of` them. */
      measured: size,
      of: size,
      prior: z.enum(['factorized', 'context']),
      defaultQuality: count,
      rates: z.array(
        z.object({
          quality: count,
          bytesPerPicture: figure,
          /** Bytes of all of them by their pixels. */
          bitsPerPixel: figure,
          /** MSE and PSNR over all of their pixels. */
          ...closeness,
        }),
      ),
    })
    .optional(),
  /** Largest absolute difference between tfjs and ONNX Runtime, checked at export. */
  parity: z.object({ encoder: figure, decoder: figure }).optional(),
  /** What the training log holds; absent without one. */
  training: z
    .object({
      epochs: size,
      seconds: figure,
      trainMse: figure,
      validationMse: figure.nullable(),
      /** The epoch of the lowest validation MSE (training MSE without validation images). */
      bestEpoch: size,
    })
    .optional(),
  /** The settings of the run, as given. */
  recipe: z.record(z.string(), z.unknown()),
  versions: z.object({
    node: z.string(),
    platform: z.string(),
    processor: z.string(),
    packages: z.record(z.string(), z.string()),
  }),
});

/** The file's name inside a run folder. */
export const METRICS_FILE = metricsFile.file;
/** The schema of metrics.json. */
export const metricsSchema = metricsFile.schema;
/** Checks a value read from metrics.json. @throws ConvaeError `DATA_INVALID` naming the field. */
export const parseMetrics = metricsFile.parse;
/** The content of metrics.json. */
export type Metrics = z.infer<typeof metricsSchema>;
/** One of the best or worst images. */
export type PickedImage = z.infer<typeof pickedImageSchema>;
