import { initialParameters, type StartOptions } from '../model/initialise.js';
import { type ParameterShape, type ParameterValues, parameterShapes } from '../model/parameters.js';
import { traceShapes } from '../model/shapes.js';
import type { ArchitectureSpec } from '../model/spec.js';
import { contextShapes, factorizedShapes, type PriorShape, quantizerShapes } from './rate/priors.js';
import type { Recipe } from './recipe.js';

function codingShapes(spec: ArchitectureSpec, { rate }: Pick<Recipe, 'rate'>): PriorShape[] {
  if (rate === null) return [];
  const { latent } = traceShapes(spec);
  const { context, lambdas } = rate;
  return [
    ...quantizerShapes(latent, rate),
    ...factorizedShapes(latent),
    ...(context === null ? [] : contextShapes(latent, context, lambdas.length)),
  ];
}

/** Name and shape of every tensor under training: the network's, those of the quantizer, then those of the priors. */
export function trainedShapes(
  spec: ArchitectureSpec,
  recipe: Pick<Recipe, 'rate'>,
): Pick<ParameterShape, 'name' | 'shape'>[] {
  return [...parameterShapes(spec), ...codingShapes(spec, recipe)];
}

/** Seeded initial values, in the order of {@link trainedShapes}. */
export function initialTrained(
  spec: ArchitectureSpec,
  recipe: Pick<Recipe, 'rate'>,
  start: StartOptions,
): ParameterValues {
  return [
    ...initialParameters(spec, start),
    ...codingShapes(spec, recipe).map((shape) => shape.initial(start.seed)),
  ];
}
