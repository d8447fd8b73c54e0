import {
  createRandom,
  type LabelledImages,
  permutation,
  planSplit,
  selectImages,
  validationCount,
} from '@convae/train/kit';

/** Most pixel values of the training images that are used: their float32 form is held several times. */
const MAX_TRAIN_VALUES = 1 << 27;

/** The images that fit classifiers, choose their settings, and measure them. */
export interface FeatureParts {
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
}

/** Seeded random positions, ascending; all of them where there are no more than `wanted`. */
export function samplePositions(count: number, wanted: number, seed: number): Uint32Array {
  return permutation(count, createRandom(seed)).slice(0, wanted).sort();
}

/**
 * Keeps the three parts apart: where the measured images are the validation images, or there are none, some of the
 * training images choose the settings instead.
 */
export function featureParts(
  dataset: { readonly train: LabelledImages; readonly validation: LabelledImages; testIsValidation: boolean },
  test: LabelledImages,
  seed: number,
): FeatureParts {
  const { height, width, channels } = dataset.train;
  const most = Math.max(2, Math.floor(MAX_TRAIN_VALUES / (height * width * channels)));
  const train = selectImages(dataset.train, samplePositions(dataset.train.count, most, seed));
  if (!dataset.testIsValidation && dataset.validation.count > 0) {
    return { train, validation: dataset.validation, test };
  }
  const plan = planSplit(train.count, { validation: validationCount(undefined, train.count), seed });
  return { train: selectImages(train, plan.train), validation: selectImages(train, plan.validation), test };
}
