import type { Manifest } from '../../bundle/manifest.js';
import { ConvaeError } from '../../errors.js';

/**
 * The weight of distortion that a bundle was trained for at a quality: of the sum of an image's squared errors (pixels
 * 0..1), beside bits. That of a lattice is stated for the multipliers it was trained with; elsewhere it falls with the
 * square of the step, as the best lambda does.
 * @throws ConvaeError UNSUPPORTED where the manifest does not tell it.
 */
export function lambdaAt({ training, quantizer, name }: Manifest, quality: number): number {
  const { lambdas, lambda, multipliers: trained } = (training.rate ?? {}) as Record<string, unknown>;
  const multiplier = quantizer?.multipliers?.[quality];
  let found: number | undefined;
  if (multiplier === undefined) {
    if (isPositiveList(lambdas) && lambdas.length === quantizer?.steps.length) found = lambdas[quality];
  } else if (isPositive(lambda) && isPositiveList(trained)) {
    found = lambda * (geometricMean(trained) / multiplier) ** 2;
  }
  if (isPositive(found)) return found;
  throw new ConvaeError(
    'UNSUPPORTED',
    `${name} was not trained for bits and distortion (training.rate in its manifest): encode with effort 0`,
  );
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < Infinity;

const isPositiveList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPositive);

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
