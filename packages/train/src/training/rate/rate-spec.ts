import * as z from 'zod';

/** Multiplier at which the recipe's lambda holds; the step of the symbols is then 1 latent unit. */
export const REFERENCE_MULTIPLIER = 8;
/** The finest step of the latents: multiplier 1. */
export const FINEST_STEP = 1 / REFERENCE_MULTIPLIER;

/** Radius of the context network's window on a grid of latents. */
export const DEFAULT_RADIUS = 2;

const fraction = z.number().min(0).max(1);

/** The context network: see FORMAT.md, "Context model". */
const contextSchema = z.strictObject({
  /** Causal window: so many rows above and columns to the left and right. 0 where the latent is a vector. */
  radius: z.int().min(0).max(3).default(DEFAULT_RADIUS),
  hidden1: z.int().min(1).max(512).default(96),
  hidden2: z.int().min(1).max(512).default(64),
  /** Whether it knows the place of a symbol: for images of one size, not for crops of pictures. */
  place: z.boolean().default(true),
});

/** How a network is trained for rate and distortion together. */
export const rateSchema = z.strictObject({
  /** Weight of the sum of squared errors of an image (pixels 0..1) beside its bits, at the reference multiplier. */
  lambda: z.number().positive().max(1e6),
  /** Steps to train for, in eighths of a latent unit; one is drawn for each batch. */
  multipliers: z.array(z.int().min(1).max(64)).min(1).max(16).default([REFERENCE_MULTIPLIER]),
  /** Null trains with the factorized prior alone. */
  context: z.nullable(contextSchema).default(null),
  /** Share of the factorized prior's bits in the rate where there is a context network too. */
  factorizedShare: fraction.default(0.3),
  /**
   * Distortion weighs this much more at the start: a network that can draw first gives up less of its latents than one
   * that saves bits from the start.
   */
  emphasis: z.number().min(1).max(100).default(8),
  /** Part of the run over which it falls to its weight. */
  emphasisUntil: z.number().positive().max(1).default(0.2),
  /** Part of the run after which the context network takes part. */
  contextFrom: fraction.default(0.2),
  /** Part of the run at whose end the decoder and the contexts see rounded latents instead of noisy ones, */
  roundFrom: fraction.default(0.5),
  /** and from where on the encoder stays as it is and the rest is tuned on its symbols. */
  tuneFrom: fraction.default(0.9),
});

/** A checked rate part of a recipe. */
export type RateSpec = z.output<typeof rateSchema>;
export type ContextSpec = z.output<typeof contextSchema>;

/** The weight of distortion at a step: the error of a uniform quantizer grows with the square of its step. */
export function lambdaAt({ lambda }: RateSpec, multiplier: number): number {
  return lambda * (REFERENCE_MULTIPLIER / multiplier) ** 2;
}
