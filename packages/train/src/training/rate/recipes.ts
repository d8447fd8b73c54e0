import type { PresetName } from '../../model/presets.js';
import type { WeightStorage } from '../../model/round-weights.js';
import type { RecipeInput } from '../recipe.js';

/** A network and how it is trained, by one name. */
export interface NamedRecipe {
  readonly preset: PresetName;
  readonly recipe: RecipeInput;
  /** Side of the crops that it trains on, pixels; undefined for sets of one size. */
  readonly crop?: number;
  /** How its kernels are stored; int8 where left out. */
  readonly weights?: WeightStorage;
}

const common = { batch: 100, learningRate: 2e-3, schedule: 'cosine' } as const;
const vector = { radius: 0, hidden1: 64, hidden2: 48 };
const grid = { radius: 2, hidden1: 64, hidden2: 32 };
const texture = { context: grid, contextFrom: 0.15, emphasis: 4, emphasisUntil: 0.3 };
const placeholder = { radius: 2, hidden1: 48, hidden2: 32 };
const photo = { radius: 2, hidden1: 96, hidden2: 48 };

/**
 * Recipes for rate and distortion. Each trains for several rates at once, so that one bundle serves a range of them.
 * Below 23 dB on MNIST a vector of latents takes fewer bytes, above a grid.
 */
export const RATE_RECIPES: Readonly<Record<string, NamedRecipe>> = {
  /** The factorized prior alone: where decoding has to be as fast as it can be. */
  'rate-fast': {
    preset: 'dense-64',
    recipe: { ...common, epochs: 32, rate: { lambdas: [4, 5.5, 7, 9, 12] } },
  },
  /** Photos of 32×32 in about 22 bytes, which stand on a page until the picture is there. */
  placeholder: {
    preset: 'patch-8-small',
    weights: 'int8-linear',
    recipe: {
      ...common,
      epochs: 22,
      flips: true,
      rate: {
        lambdas: [2.5, 5, 10, 16, 25],
        target: { bytes: 21 },
        context: placeholder,
        contextFrom: 0.15,
        emphasis: 4,
        emphasisUntil: 0.3,
      },
    },
  },
  'rate-low': {
    preset: 'dense-64',
    recipe: {
      ...common,
      epochs: 40,
      rate: { lambdas: [5.5, 7.5, 10.5, 15, 22], factorizedShare: 0.4, context: vector },
    },
  },
  'rate-medium': {
    preset: 'patch-4-small',
    recipe: { ...common, epochs: 20, rate: { lambdas: [12, 18, 28, 44, 70, 110], ...texture } },
  },
  'rate-high': {
    preset: 'patch-4',
    recipe: { ...common, epochs: 16, rate: { lambdas: [65, 105, 170, 260, 360], ...texture } },
  },
  /** Small images of one size with texture: clothes, icons, small photos. */
  'rate-texture': {
    preset: 'patch-4',
    recipe: {
      ...common,
      epochs: 16,
      rate: { lambdas: [60, 110, 190, 330, 600], ...texture },
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
        lambdas: [45, 90, 180, 350, 700, 1400],
        context: photo,
        contextFrom: 0.15,
        emphasis: 4,
        emphasisUntil: 0.3,
      },
    },
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
