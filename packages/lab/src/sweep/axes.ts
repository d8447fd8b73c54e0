import { ConvaeError } from '@convae/runtime/core';
import { createRandom, type Random } from '@convae/train/kit';
import { type Axes, type Axis, MAX_VARIANTS, type Range, type Sweep } from './file.js';

/** What one axis settles: some paths, under a label. */
interface Choice {
  readonly label: string;
  readonly settings: readonly (readonly [path: string, value: unknown])[];
}

/** One choice from each axis, by the axis's name. */
export type Choices = Readonly<Record<string, Choice>>;

const PATH = /^(preset|architecture|recipe)(\.|$)/;

const pathsOf = (key: string): string[] => key.split(',').map((path) => path.trim());
const isRange = (axis: Axis): axis is Range => !Array.isArray(axis) && typeof axis.min === 'number';

/** `encoder.0.filters` for `architecture.encoder.0.filters`; of several paths the first. */
const axisName = (key: string): string => pathsOf(key)[0]!.replace(/^(architecture|recipe)\./, '');

function checkPath(path: string, key: string): void {
  if (path === 'recipe.seed') throw new ConvaeError('DATA_INVALID', `expected "seeds" instead of ${path}`);
  if (PATH.test(path)) return;
  const where = path === key ? '' : ` in "${key}"`;
  throw new ConvaeError(
    'DATA_INVALID',
    `expected a path below architecture or recipe, or "preset"${where}, received "${path}"`,
  );
}

function labelOf(value: unknown, index: number): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  return 'name' in value && typeof value.name === 'string' ? value.name : `#${index}`;
}

const choice = (key: string, value: unknown, label: string): Choice => ({
  label,
  settings: pathsOf(key).map((path) => [path, value] as const),
});

/** The choices of an axis with a list of values, or of labelled ones. */
function choicesOf(key: string, axis: Exclude<Axis, Range>): Choice[] {
  if (Array.isArray(axis)) {
    for (const path of pathsOf(key)) checkPath(path, key);
    return axis.map((value, index) => choice(key, value, labelOf(value, index)));
  }
  if (PATH.test(key))
    throw new ConvaeError('DATA_INVALID', `expected a list of values for ${key}, received labelled ones`);
  return Object.entries(axis).map(([label, settings]) => {
    for (const path of Object.keys(settings)) checkPath(path, key);
    return { label, settings: Object.entries(settings) };
  });
}

function draw({ min, max, scale, integer }: Range, random: Random): number {
  if (integer) return drawInteger(min, max, scale, random);
  if (scale === 'linear') return Number((min + (max - min) * random.uniform()).toPrecision(4));
  return Number((min * (max / min) ** random.uniform()).toPrecision(4));
}

function drawInteger(min: number, max: number, scale: Range['scale'], random: Random): number {
  const [low, high] = [Math.ceil(min), Math.floor(max) + 1];
  const share = random.uniform();
  const value = scale === 'linear' ? low + (high - low) * share : low * (high / low) ** share;
  return Math.min(high - 1, Math.floor(value));
}

/** Every combination of the axes' choices. @throws ConvaeError DATA_INVALID where they are too many, or a path is none. */
function combinations(axes: NonNullable<Sweep['grid']>): Choices[] {
  return Object.entries(axes).reduce<Choices[]>(
    (all, [key, axis]) => {
      const choices = choicesOf(key, axis);
      if (all.length * choices.length > MAX_VARIANTS) {
        throw new ConvaeError(
          'DATA_INVALID',
          `expected a grid of at most ${MAX_VARIANTS} variants, received more`,
        );
      }
      return all.flatMap((one) => choices.map((c) => ({ ...one, [axisName(key)]: c })));
    },
    [{}],
  );
}

/** Draws without end; the same seed gives the same ones. */
function* draws(axes: Axes, seed: number): Generator<Choices> {
  const random = createRandom(seed);
  const drawn = Object.entries(axes).map(([key, axis]): [string, () => Choice] => {
    if (isRange(axis)) {
      for (const path of pathsOf(key)) checkPath(path, key);
      return [axisName(key), () => numbered(key, draw(axis, random))];
    }
    const choices = choicesOf(key, axis);
    return [axisName(key), () => choices[random.below(choices.length)]!];
  });
  while (true) yield Object.fromEntries(drawn.map(([name, next]) => [name, next()]));
}

const numbered = (key: string, value: number): Choice => choice(key, value, String(value));

function checkNames(keys: readonly string[]): void {
  const names = keys.map(axisName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ConvaeError('DATA_INVALID', `expected every axis once, received two for ${twice}`);
}

/** All that a sweep tries, in order: the whole grid, or draws without end. */
export function* candidates({ grid, random }: Sweep): Generator<Choices> {
  checkNames(Object.keys(grid ?? random!.axes));
  if (grid !== undefined) yield* combinations(grid);
  else yield* draws(random!.axes, random!.seed);
}
