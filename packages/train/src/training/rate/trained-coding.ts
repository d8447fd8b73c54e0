import type { ParameterValues } from '../../model/parameters.js';
import { traceShapes } from '../../model/shapes.js';
import type { ArchitectureSpec } from '../../model/spec.js';
import type { Recipe } from '../recipe.js';
import { trainedShapes } from '../trained-parameters.js';
import { GAINS, OFFSETS } from './priors.js';
import { type ContextSpec, middleOf } from './rate-spec.js';
import type { RateTarget } from './target.js';

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
  /** qualities×hidden1. */
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
  /** The step of each channel at each quality, latent units; the coarsest quality first. */
  readonly steps: readonly (readonly number[])[];
  /** What each channel's latents are rounded from, latent units; undefined where all are 0. */
  readonly offsets: readonly number[] | undefined;
  /** The default quality. */
  readonly quality: number;
  /** What the default quality is to reach; the one nearest to it becomes the default then. */
  readonly target: RateTarget | null;
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

/** Digits of a step or an offset: what JSON shows, and what both sides compute with. */
const DIGITS = 7;

/** The steps that the gains stand for, a list for each quality. */
function stepsOf(logGains: Float32Array, qualities: number): number[][] {
  const channels = logGains.length / qualities;
  return Array.from({ length: qualities }, (_, quality) =>
    Array.from(logGains.subarray(quality * channels, (quality + 1) * channels), (gain) =>
      Number(Math.exp(-gain).toPrecision(DIGITS)),
    ),
  );
}

const offsetsOf = (offsets: Float32Array): number[] | undefined =>
  offsets.some((offset) => offset !== 0)
    ? Array.from(offsets, (offset) => Number(offset.toPrecision(DIGITS)))
    : undefined;

/** Quantizer and context network of a run; nothing where rate was not trained. */
export function trainedCoding(run: {
  readonly spec: ArchitectureSpec;
  readonly recipe: Pick<Recipe, 'rate'>;
  readonly parameters: ParameterValues;
}): TrainedCoding | undefined {
  const { spec, recipe, parameters } = run;
  if (recipe.rate === null) return undefined;
  const names = trainedShapes(spec, recipe).map(({ name }) => name);
  const tensor = (name: string): Float32Array => parameters[names.indexOf(name)]!;
  return {
    steps: stepsOf(tensor(GAINS), recipe.rate.lambdas.length),
    offsets: offsetsOf(tensor(OFFSETS)),
    quality: middleOf(recipe.rate),
    target: recipe.rate.target,
    context: contextOf(spec, recipe, parameters),
  };
}
