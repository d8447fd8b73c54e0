import { PLAIN_FILE_NAME } from '@convae/runtime';
import * as z from 'zod';
import { count, figure, size } from '../fields.js';
import { figuresFile, measuredImages } from '../figures-file.js';

/** What a lossless bundle achieves on one set of images, and how that was found: metrics.json in major version 2. */
export const losslessMetricsFile = figuresFile(
  'metrics',
  {
    kind: z.literal('lossless'),
    dataset: z.object({
      ...measuredImages,
      images: size,
      height: size,
      width: size,
      channels: size,
    }),
    /** Real bytes; every image came back value for value. */
    bytes: z.object({
      /** The image itself as uint8 pixels. */
      imageBytes: size,
      /** One container with all images, everything included but the bundle, bytes per image. */
      containerBytesPerImage: figure,
      /** Of that container. */
      bitsPerPixel: figure,
      /** Mean bytes of each image coded alone, and of the images that take least and most. */
      streamBytesPerImage: figure,
      smallestStream: count,
      largestStream: count,
    }),
    /** Whole test pictures as single image streams; absent where the set has one size. */
    pictures: z
      .object({ measured: size, of: size, bytesPerPicture: figure, bitsPerPixel: figure })
      .optional(),
    network: z.object({
      radius: size,
      hidden1: size,
      hidden2: size,
      components: size,
      bases: size,
      gridHeight: size,
      gridWidth: size,
      weights: size,
    }),
    bundle: z.object({
      name: z.string(),
      /** Of context.bin. */
      sha256: z.string(),
      bytes: size,
      files: z.array(z.object({ file: z.string().regex(PLAIN_FILE_NAME), bytes: size })),
    }),
    speed: z.object({
      /** Of the container, images per second, on this machine with what else ran. */
      encodeImagesPerSecond: figure,
      decodeImagesPerSecond: figure,
    }),
    /** What the training log holds; absent without one. Bits of a value, ideal code lengths. */
    training: z
      .object({
        epochs: size,
        seconds: figure,
        trainBits: figure,
        validationBits: figure.nullable(),
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
  },
  '2.0',
);

/** Checks a value read from metrics.json of a lossless run. @throws ConvaeError `DATA_INVALID` naming the field. */
export const parseLosslessMetrics = losslessMetricsFile.parse;
/** The content of metrics.json of a lossless run. */
export type LosslessMetrics = z.infer<typeof losslessMetricsFile.schema>;

/** Whether metrics.json is that of a lossless run. */
export const isLosslessMetrics = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'lossless';
