import { ConvaeError } from '@convae/runtime/core';
import {
  type ArchitectureSpec,
  checkTrainable,
  elements,
  type ImageShape,
  parameterShapes,
  parseRecipe,
  parseSpec,
  presetSpec,
  type Recipe,
  sha256,
} from '@convae/train/kit';
import { type Choices, candidates } from './axes.js';
import type { Sweep, SweepBase } from './file.js';
import { setPath } from './paths.js';
import { toldOf } from './told-of.js';

/** A network and a recipe that a sweep tries, once with each seed. */
export interface Variant {
  /** `filters=32 learningRate=0.001`: what each axis settled. */
  readonly label: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly spec: ArchitectureSpec;
  /** With the first seed. */
  readonly recipe: Recipe;
  readonly parameters: number;
}

/** The variants of a sweep, and how many were left out because of their number of parameters. */
export interface Variants {
  readonly variants: readonly Variant[];
  readonly leftOut: number;
}

/** Draws in a row that bring nothing new, after which there is taken to be nothing new. */
const MAX_VAIN_DRAWS = 500;
/** Networks beyond the limit of parameters after which none within it is taken to be left. */
const MAX_TOO_LARGE = 2000;

type Setting = readonly [path: string, value: unknown];

/** Settings of whole parts before settings within them. */
const byDepth = ([a]: Setting, [b]: Setting): number => a.split('.').length - b.split('.').length;

const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function startOf(base: SweepBase, settings: readonly Setting[], image: ImageShape): Record<string, unknown> {
  const chosen = settings.find(([path]) => path === 'preset')?.[1];
  const preset = chosen ?? base.preset ?? (base.architecture === undefined ? 'reference' : undefined);
  const architecture = preset === undefined ? base.architecture : presetSpec(String(preset), image);
  return clone({ architecture: { name: 'custom', ...architecture, image }, recipe: base.recipe });
}

function built(base: SweepBase, choices: Choices, seed: number, image: ImageShape) {
  const settings = Object.values(choices).flatMap((choice) => choice.settings);
  const root = startOf(base, settings, image);
  for (const [path, value] of settings.filter(([name]) => name !== 'preset').sort(byDepth))
    setPath(root, path, clone(value));
  const spec = parseSpec({ name: 'custom', ...(root.architecture as object), image });
  return { spec, recipe: parseRecipe({ ...(root.recipe as object), seed }) };
}

const labelOf = (choices: Choices): string =>
  Object.entries(choices)
    .map(([axis, { label }]) => `${axis}=${label}`)
    .join(' ');

function variantOf(sweep: Sweep, choices: Choices, image: ImageShape): Variant {
  const label = labelOf(choices);
  try {
    const { spec, recipe } = built(sweep.base, choices, sweep.seeds[0]!, image);
    const parameters = parameterShapes(spec).reduce((sum, { shape }) => sum + elements(shape), 0);
    if (parameters <= (sweep.maxParameters ?? parameters)) checkTrainable(spec, recipe);
    const labels = Object.entries(choices).map(([axis, choice]) => [axis, choice.label]);
    return { label, choices: Object.fromEntries(labels), spec, recipe, parameters };
  } catch (error) {
    throw toldOf(label, error);
  }
}

/** Eight hexadecimal digits of what decides the weights. */
export function fingerprint(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, 8);
}

const identity = ({ spec, recipe }: Variant): string => fingerprint({ spec, recipe });

/**
 * What a sweep tries on images of a shape: the whole grid, or as many different draws as it asks for.
 *
 * @throws ConvaeError for a variant that is no network or recipe, named by its label
 */
export function variantsOf(sweep: Sweep, image: ImageShape): Variants {
  const found = new Map<string, Variant>();
  const tooLarge = new Set<string>();
  const wanted = sweep.random?.count ?? Number.POSITIVE_INFINITY;
  let vain = 0;
  for (const choices of candidates(sweep)) {
    const variant = variantOf(sweep, choices, image);
    const id = identity(variant);
    const known = found.get(id);
    if (sweep.grid && known)
      throw new ConvaeError(
        'DATA_INVALID',
        `expected different variants, but ${variant.label} is ${known.label}`,
      );
    vain = known || tooLarge.has(id) ? vain + 1 : 0;
    if (variant.parameters > (sweep.maxParameters ?? Number.POSITIVE_INFINITY)) tooLarge.add(id);
    else found.set(id, known ?? variant);
    if (found.size >= wanted) break;
    if (vain >= MAX_VAIN_DRAWS || tooLarge.size >= MAX_TOO_LARGE) throw exhausted(wanted, found.size);
  }
  if (found.size === 0)
    throw new ConvaeError(
      'DATA_INVALID',
      `expected a network of at most ${sweep.maxParameters} parameters, all are larger`,
    );
  return { variants: [...found.values()], leftOut: tooLarge.size };
}

const exhausted = (wanted: number, found: number): ConvaeError =>
  new ConvaeError(
    'DATA_INVALID',
    `expected random axes with ${wanted} different variants, found only ${found}`,
  );
