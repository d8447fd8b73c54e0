import type { PresetName } from '../../model/presets.js';
import type { RecipeInput } from '../recipe.js';

/** A network and how it is trained, by one name. */
export interface NamedRecipe {
  readonly preset: PresetName;
  readonly recipe: RecipeInput;
  /** Side of the crops that it trains on, pixels; undefined for sets of one size. */
  readonly crop?: number;
  /** Steps of the bundle's qualities in eighths, coarse to fine: some lie beyond those trained for. */
  readonly bundleSteps?: readonly number[];
}

const common = { batch: 100, learningRate: 2e-3, schedule: 'cosine' } as const;
const vector = { radius: 0, hidden1: 64, hidden2: 48 };
const grid = { radius: 2, hidden1: 64, hidden2: 32 };

/**
 * Recipes for rate and distortion. Each trains for several steps at once, so that one bundle serves a range of rates;
 * lambda holds at the finest of them. Below 23 dB on MNIST a vector of latents takes fewer bytes, above a grid.
 */
export const RATE_RECIPES: Readonly<Record<string, NamedRecipe>> = {
  /** The factorized prior alone: where decoding has to be as fast as it can be. */
  'rate-fast': {
    preset: 'dense-64',
    bundleSteps: [14, 12, 11, 10.5, 10, 9, 8],
    recipe: { ...common, epochs: 32, rate: { lambda: 12, multipliers: [11, 10, 9, 8] } },
  },
  'rate-low': {
    preset: 'dense-64',
    bundleSteps: [16, 15, 14, 12, 10, 9, 8],
    recipe: {
      ...common,
      epochs: 40,
      rate: { lambda: 22, multipliers: [14, 13, 12, 11, 10, 9, 8], factorizedShare: 0.4, context: vector },
    },
  },
  'rate-medium': {
    preset: 'grid-4',
    bundleSteps: [16, 15, 14, 13, 12, 11, 8, 7, 6],
    recipe: {
      ...common,
      epochs: 36,
      rate: { lambda: 60, multipliers: [14, 13, 12, 11, 10, 9, 8], context: grid },
    },
  },
  /** Textures: clothes, icons, small photos. */
  'rate-texture': {
    preset: 'patch-4',
    recipe: {
      ...common,
      epochs: 14,
      rate: {
        lambda: 190,
        multipliers: [8],
        context: grid,
        contextFrom: 0.15,
        emphasis: 4,
        emphasisUntil: 0.3,
      },
    },
  },
  /** Pictures of any size: photos, screenshots, drawings. */
  'rate-photo': {
    preset: 'patch-8',
    crop: 64,
    recipe: {
      ...common,
      batch: 16,
      learningRate: 1e-3,
      epochs: 10,
      flips: true,
      rate: {
        lambda: 190,
        multipliers: [8],
        context: grid,
        contextFrom: 0.15,
        emphasis: 4,
        emphasisUntil: 0.3,
      },
    },
  },
  'rate-high': {
    preset: 'grid-8',
    bundleSteps: [14, 13, 11, 9, 7, 6],
    recipe: { ...common, epochs: 28, rate: { lambda: 190, multipliers: [11, 10, 9, 8], context: grid } },
  },
};

/** Names that --recipe knows. */
export const RATE_RECIPE_NAMES = Object.keys(RATE_RECIPES);

/** Steps that a recipe for rate takes at least: with fewer, textures are not learned yet. */
export const LEAST_STEPS = 6000;

/** Passes over so many images that make at least so many steps; never fewer than the recipe's own. */
export function epochsFor(
  { epochs, batch }: { readonly epochs: number; readonly batch: number },
  images: number,
  leastSteps: number,
): number {
  return Math.max(epochs, Math.ceil(leastSteps / Math.ceil(images / batch)));
}
