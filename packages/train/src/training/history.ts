import * as z from 'zod';

const figure = z.number().nonnegative();

/** Rate and distortion of the validation images at one quality. */
const ratePoint = z.object({
  /** The quality's weight of distortion. */
  lambda: z.number().positive(),
  /** dB, peak 1. */
  psnr: z.number(),
  factorizedBytes: figure,
  contextBytes: figure.nullable(),
  /** Bits + lambda · squared error, per image. */
  objective: figure,
});

const rateRecord = z.object({
  /** Over the training images, under the weights of each step, bytes per image. */
  factorizedBytes: figure,
  /** Null without a context network, or before it takes part in a whole epoch. */
  contextBytes: figure.nullable(),
  /** log2 of the factor on the recipe's lambdas, where a target is followed; 0 elsewhere. */
  octaves: z.number().default(0),
  /** As `validation`, of as many training images at most; empty without validation images. */
  training: z.array(ratePoint).readonly().default([]),
  /** At hard rounding, one for each quality, the coarsest first; empty without validation images. */
  validation: z.array(ratePoint).readonly(),
});

/** The schema of one line of `epochs.jsonl`. */
export const epochRecordSchema = z.object({
  /** 1-based. */
  epoch: z.int().min(1),
  trainMse: figure,
  /** Null where the run has no validation images. */
  validationMse: figure.nullable(),
  /** dB, from the MSE beside it, peak 1. */
  trainPsnr: z.number(),
  validationPsnr: z.number().nullable(),
  learningRate: figure,
  seconds: figure,
  imagesPerSecond: figure,
  /**
   * Indices of latent channels that had one and the same value on every validation image: they carry nothing. Empty
   * without validation images, and where rate is trained.
   */
  deadChannels: z.array(z.int().min(0)).readonly(),
  /** Where rate is trained. */
  rate: rateRecord.optional(),
});

/** Rate and distortion of the validation images at one quality. */
export type RatePoint = Readonly<z.output<typeof ratePoint>>;
/** What one epoch of training for rate and distortion measured; bytes are code lengths under the trained priors. */
export type RateRecord = Readonly<z.output<typeof rateRecord>>;
/** One line of `epochs.jsonl`: what one epoch of training measured. Errors are mean squared errors on 0..1. */
export type EpochRecord = Readonly<z.output<typeof epochRecordSchema>>;
