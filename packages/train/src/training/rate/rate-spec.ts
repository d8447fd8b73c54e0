import { MAX_QUALITIES } from '@convae/runtime/core';
import * as z from 'zod';
import { targetSchema } from './target.js';

/** Largest weight of distortion. */
export const MAX_LAMBDA = 1e6;

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
  /**
   * Weights of the sum of squared errors of an image (pixels 0..1) beside its bits, ascending: one for each quality of the
   * bundle, the coarsest first. One is drawn for each batch.
   */
  lambdas: z
    .array(z.number().positive().max(MAX_LAMBDA))
    .min(1)
    .max(MAX_QUALITIES)
    .refine((lambdas) => lambdas.every((lambda, i) => i === 0 || lambda > lambdas[i - 1]!), {
      error: 'expected ascending numbers',
    }),
  /**
   * What the quality in the middle is to reach: a factor on all lambdas follows it during the run, the lambdas are where it
   * starts. Null leaves them as they are.
   */
  target: z.nullable(targetSchema).default(null),
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

/** The quality in the middle, the bundle's default: a step is there 1 latent unit at the start. */
export const middleOf = ({ lambdas }: RateSpec): number => Math.floor(lambdas.length / 2);

/** The weight of distortion at the quality in the middle. */
export const middleLambda = (rate: RateSpec): number => rate.lambdas[middleOf(rate)]!;

/** How the loss of a quality, bits + lambda · squared error, grows with lambda: 0.38 on CIFAR-10 from 25 to 470. */
const LOSS_GROWTH = 0.4;

/**
 * What the loss of a quality weighs: it makes all qualities' losses alike. Without it, the finest ones decide where the network
 * goes: the coarsest of CIFAR-10 takes 5 % more bytes then.
 */
export const lossWeight = (rate: RateSpec, quality: number): number =>
  (middleLambda(rate) / rate.lambdas[quality]!) ** LOSS_GROWTH;
