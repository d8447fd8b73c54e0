import { join } from 'node:path';
import { type Recipe, type RunPaths, recordedSettings, runPaths } from '@convae/train/kit';
import type { Sweep } from './file.js';
import { fingerprint, type Variant } from './variants.js';

/** Longest readable part of a folder's name, characters. */
const MAX_READABLE = 90;

/** One training run: a variant with one seed. */
export interface SweepRun {
  /** The same settings have the same name at any time, others have another one. */
  readonly name: string;
  readonly variant: Variant;
  readonly seed: number;
  readonly recipe: Recipe;
  readonly paths: RunPaths;
  /** What run.json records. */
  readonly settings: Readonly<Record<string, unknown>>;
}

function nameOf({ label }: Variant, seed: number, settings: unknown): string {
  const readable = label.replaceAll(' ', '_').replaceAll(/[^\w.=+-]/g, '-');
  return `${readable.slice(0, MAX_READABLE)}_seed=${seed}_${fingerprint(settings)}`;
}

/** Every variant with every seed, seeds outermost: after each round all variants can be compared. */
export function runsOf(sweep: Sweep, variants: readonly Variant[], folder: string): SweepRun[] {
  return sweep.seeds.flatMap((seed) =>
    variants.map((variant) => {
      const recipe = { ...variant.recipe, seed };
      const settings = recordedSettings(sweep.base, variant.spec, recipe);
      const name = nameOf(variant, seed, settings);
      return { name, variant, seed, recipe, settings, paths: runPaths(join(folder, 'runs', name)) };
    }),
  );
}
