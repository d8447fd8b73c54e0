import { UsageError } from '@convae/runtime/core';
import type { ParameterValues } from '../../model/parameters.js';
import { traceShapes } from '../../model/shapes.js';
import type { ArchitectureSpec } from '../../model/spec.js';
import type { Recipe } from '../recipe.js';
import { trainedShapes } from '../trained-parameters.js';
import type { ContextSpec } from './rate-spec.js';
import { FINEST_STEP, type RateSpec, REFERENCE_MULTIPLIER } from './rate-spec.js';

/** Weights of a trained context network by what they are; shapes as in `contextShapes`. */
export interface FloatContext {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly spec: ContextSpec;
  /** (neighbours·channels)×hidden1; empty without a window. */
  readonly window: Float32Array;
  /** channels×hidden1. */
  readonly earlier: Float32Array;
  /** places×hidden1; zeros without place. */
  readonly position: Float32Array;
  /** channels×hidden1. */
  readonly channel: Float32Array;
  /** hidden1, for one octave of the step. */
  readonly quality: Float32Array;
  /** hidden1×hidden2. */
  readonly second: Float32Array;
  /** channels×hidden2. */
  readonly secondBias: Float32Array;
  /** channels×hidden2×outputs. */
  readonly output: Float32Array;
  /** channels×outputs. */
  readonly outputBias: Float32Array;
}

/** What training for rate decided about quantizer and priors. */
export interface TrainedCoding {
  /** The finest step of each channel. */
  readonly steps: readonly number[];
  /** Coarse to fine. */
  readonly multipliers: readonly number[];
  /** Index of the default multiplier. */
  readonly quality: number;
  readonly context: FloatContext | undefined;
}

/** The trained context network among a run's parameters. */
function contextOf(
  spec: ArchitectureSpec,
  recipe: Pick<Recipe, 'rate'>,
  parameters: ParameterValues,
): FloatContext | undefined {
  if (recipe.rate === null || recipe.rate.context === null) return undefined;
  const { channels, height, width } = traceShapes(spec).latent;
  const names = trainedShapes(spec, recipe).map(({ name }) => name);
  const tensor = (name: string): Float32Array =>
    parameters[names.indexOf(`prior/context/${name}`)] ?? new Float32Array(0);
  const withoutPlace = new Float32Array(height * width * recipe.rate.context.hidden1);
  return {
    channels,
    height,
    width,
    spec: recipe.rate.context,
    window: tensor('window'),
    earlier: tensor('earlier'),
    position: recipe.rate.context.place ? tensor('position') : withoutPlace,
    channel: tensor('channel'),
    quality: tensor('quality'),
    second: tensor('second'),
    secondBias: tensor('second-bias'),
    output: tensor('output'),
    outputBias: tensor('output-bias'),
  };
}

/** Index of the default quality: that of the reference multiplier, or the next coarser one where there is any. */
const defaultQuality = (eighths: readonly number[]): number =>
  Math.max(
    0,
    eighths.findLastIndex((multiplier) => multiplier >= REFERENCE_MULTIPLIER),
  );

/**
 * Into how many parts the finest step is cut so that every quality is a whole multiple.
 *
 * @throws UsageError where a context network, which counts in finest steps, would have to be scaled
 */
function partsOf(eighths: readonly number[], { context }: RateSpec): number {
  const broken = eighths.find((multiplier) => !Number.isInteger(multiplier));
  if (broken === undefined) return 1;
  if (context === null) return 2;
  throw new UsageError(
    `expected whole eighths for the qualities of a bundle with a context network, received ${broken}`,
  );
}

/**
 * Quantizer and context network of a run; nothing where rate was not trained.
 *
 * @param bundleSteps in eighths of a latent unit, multiples of 0.5; those trained for where left out.
 * @throws UsageError where one is no whole eighth and there is a context network
 */
export function trainedCoding(
  run: {
    readonly spec: ArchitectureSpec;
    readonly recipe: Pick<Recipe, 'rate'>;
    readonly parameters: ParameterValues;
  },
  bundleSteps?: readonly number[],
): TrainedCoding | undefined {
  const { spec, recipe, parameters } = run;
  if (recipe.rate === null) return undefined;
  const eighths = [...new Set(bundleSteps ?? recipe.rate.multipliers)].sort((a, b) => b - a);
  const parts = partsOf(eighths, recipe.rate);
  return {
    steps: new Array<number>(traceShapes(spec).latent.channels).fill(FINEST_STEP / parts),
    multipliers: eighths.map((multiplier) => multiplier * parts),
    quality: defaultQuality(eighths),
    context: contextOf(spec, recipe, parameters),
  };
}
