import * as z from 'zod';

const figure = z.number().nonnegative();

/** The schema of one line of `epochs.jsonl` of a lossless run. */
export const losslessRecordSchema = z.object({
  /** 1-based. */
  epoch: z.int().min(1),
  /** Mean bits of a pixel value, over the training images under the weights of each step. */
  trainBits: figure,
  /** The same of the validation images at the end of the epoch; null where the run has none. */
  validationBits: figure.nullable(),
  learningRate: figure,
  seconds: figure,
  imagesPerSecond: figure,
});

/** What one epoch of training for lossless coding measured: ideal code lengths, bits of a pixel value. */
export type LosslessRecord = Readonly<z.output<typeof losslessRecordSchema>>;

/** What the best weights have least of. */
export const objectiveOf = ({ validationBits, trainBits }: LosslessRecord): number =>
  validationBits ?? trainBits;
