import { createRandom } from '../../dataset/random.js';
import { parseSpec } from '../../model/parse.js';
import { traceShapes } from '../../model/shapes.js';
import type { ArchitectureInput, ArchitectureSpec } from '../../model/spec.js';
import { parseRecipe, type Recipe } from '../recipe.js';
import { initialTrained, trainedShapes } from '../trained-parameters.js';
import { COMPONENTS, MEAN_SCALE } from './mixture.js';
import { type FloatContext, trainedCoding } from './trained-coding.js';

/** Latents on a grid of 3×3×3. */
export const GRID: ArchitectureInput = {
  name: 'tiny-grid',
  image: { channels: 1, height: 12, width: 12 },
  encoder: [
    { kind: 'conv', filters: 5, kernel: 4, stride: 4, activation: 'elu' },
    { kind: 'conv', filters: 3, kernel: 3, activation: 'linear' },
  ],
  decoder: [
    { kind: 'conv', filters: 5, kernel: 3, activation: 'elu' },
    { kind: 'transpose', filters: 1, kernel: 8, stride: 4, activation: 'sigmoid' },
  ],
  initialiser: { kernel: 'heUniform', latentBias: 0, latentGain: 2 },
};

/** A vector of 6 latents. */
export const VECTOR: ArchitectureInput = {
  ...GRID,
  name: 'tiny-vector',
  encoder: [GRID.encoder[0]!, { kind: 'dense', units: 6, activation: 'linear' }],
  decoder: [
    { kind: 'expand', height: 3, width: 3, filters: 5, activation: 'elu' },
    { kind: 'transpose', filters: 1, kernel: 8, stride: 4, activation: 'sigmoid' },
  ],
};

/** A tiny network under training, with priors that look as if they had been trained. */
export interface TinyRun {
  readonly spec: ArchitectureSpec;
  readonly recipe: Recipe;
  readonly parameters: Float32Array[];
  readonly shapes: ReturnType<typeof trainedShapes>;
}

/** How far each tensor of the priors is moved from where it starts. */
const SPREADS: Readonly<Record<string, number>> = {
  'gains/log': 0.3,
  offsets: 0.6,
  'prior/factorized': 0.5,
  'prior/context/position': 0.4,
  'prior/context/quality': 0.3,
  'prior/context/output': 0.3,
  'prior/context/output-bias': 0.5,
};

/** A run with a context network of this radius; null has none. */
export function tinyRun(
  architecture: ArchitectureInput,
  radius: number | null,
  seed = 1,
  place = true,
): TinyRun {
  const spec = parseSpec(architecture);
  const context = radius === null ? null : { radius, hidden1: 10, hidden2: 7, place };
  const recipe = parseRecipe({ seed, rate: { lambdas: [8, 20, 50], context } });
  const shapes = trainedShapes(spec, recipe);
  const random = createRandom(seed, 3);
  const parameters = initialTrained(spec, recipe, { seed, meanPixel: 0.3 }).map((values, i) =>
    values.map((value) => value + (SPREADS[shapes[i]!.name] ?? 0) * (2 * random.uniform() - 1)),
  );
  return { spec, recipe, parameters, shapes };
}

/** The context network of a run, as export reads it. */
export const contextOf = (run: TinyRun): FloatContext => trainedCoding(run)!.context!;

/** The tensors of the context network of a run, by what {@link tinyRun} made them. */
export const contextTensors = ({
  shapes,
  parameters,
}: TinyRun): { values: Float32Array; shape: number[] }[] =>
  shapes.flatMap(({ name, shape }, i) =>
    name.startsWith('prior/context/') ? [{ values: parameters[i]!, shape: [...shape] }] : [],
  );

/** The least probability of a symbol, which the integer tables have too. */
export const FLOOR = 2 ** -15;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** One symbol's mixture in float64: probabilities, means and scales in latent units. */
function components(outputs: readonly number[]): { weight: number; mean: number; scale: number }[] {
  const powers = outputs.slice(0, COMPONENTS).map((a) => 2 ** a);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power, i) => ({
    weight: power / total,
    mean: outputs[COMPONENTS + i]! * MEAN_SCALE,
    scale: 2 ** -Math.min(8, outputs[2 * COMPONENTS + i]!),
  }));
}

/** The probability of a step of `width` about `value`, both latent units, without the floor. */
export function plainMass(value: number, outputs: readonly number[], width: number): number {
  return components(outputs).reduce((sum, { weight, mean, scale }) => {
    const far = -Math.abs(value - mean);
    return sum + weight * (logistic((far + width / 2) / scale) - logistic((far - width / 2) / scale));
  }, 0);
}

/** A value from a symbol's mixture, rounded to the step; float64, latent units. */
function drawValue(outputs: readonly number[], width: number, uniform: () => number): number {
  const parts = components(outputs);
  const at = uniform();
  const ends = parts.map((_, i) => parts.slice(0, i + 1).reduce((sum, { weight }) => sum + weight, 0));
  const part = parts[ends.findIndex((end) => at < end)] ?? parts.at(-1)!;
  const u = Math.min(Math.max(uniform(), 1e-4), 1 - 1e-4);
  return Math.round((part.mean + part.scale * Math.log(u / (1 - u))) / width) * width;
}

/** Where a symbol of a latent is. */
export interface SymbolPlace {
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

/** Both hidden layers of the context network. */
export interface HiddenLayers {
  readonly h1: readonly number[];
  readonly h2: readonly number[];
}

/**
 * The hidden layers of the context network for one symbol, written out from its description: every place and channel
 * before it with the weights that belong to them.
 *
 * @param latent channels×height×width, latent units; what is not before the symbol is not read.
 */
export function hiddenLayers(
  net: FloatContext,
  latent: ArrayLike<number>,
  place: SymbolPlace,
  quality: number,
): HiddenLayers {
  const { channel, y, x } = place;
  const { hidden1, hidden2 } = net.spec;
  const h1 = Array.from({ length: hidden1 }, (_, j) => {
    const still = net.position[(y * net.width + x) * hidden1 + j]! + net.channel[channel * hidden1 + j]!;
    return Math.max(0, still + net.quality[quality * hidden1 + j]! + known(net, latent, place, j));
  });
  const h2 = Array.from({ length: hidden2 }, (_, i) => {
    const product = h1.reduce((sum, value, j) => sum + value * net.second[j * hidden2 + i]!, 0);
    return Math.max(0, product + net.secondBias[channel * hidden2 + i]!);
  });
  return { h1, h2 };
}

/** What the symbols before one add to a unit of the first layer. */
function known(
  net: FloatContext,
  latent: ArrayLike<number>,
  { channel, y, x }: SymbolPlace,
  unit: number,
): number {
  const { channels, height, width, spec } = net;
  const { radius, hidden1 } = spec;
  const valueAt = (c: number, row: number, column: number): number =>
    latent[(c * height + row) * width + column]! / MEAN_SCALE;
  let sum = 0;
  let neighbour = 0;
  for (let row = y - radius; row <= y; row++) {
    for (let column = x - radius; column <= x + radius; column++) {
      if (row === y && column >= x) continue;
      if (row >= 0 && column >= 0 && column < width)
        for (let c = 0; c < channels; c++)
          sum += valueAt(c, row, column) * net.window[(neighbour * channels + c) * hidden1 + unit]!;
      neighbour++;
    }
  }
  for (let c = 0; c < channel; c++) sum += valueAt(c, y, x) * net.earlier[c * hidden1 + unit]!;
  return sum;
}

/** The context network's outputs for one symbol, as {@link hiddenLayers}. */
export function plainOutputs(
  net: FloatContext,
  latent: ArrayLike<number>,
  place: SymbolPlace,
  quality: number,
): number[] {
  const { h2 } = hiddenLayers(net, latent, place, quality);
  const outputs = 3 * COMPONENTS;
  return Array.from({ length: outputs }, (_, m) =>
    h2.reduce(
      (sum, value, i) => sum + value * net.output[(place.channel * h2.length + i) * outputs + m]!,
      net.outputBias[place.channel * outputs + m]!,
    ),
  );
}

/** A quality, and the step of each channel there, latent units. */
export interface CodedAt {
  readonly quality: number;
  readonly steps: readonly number[];
}

/** The steps of a run at a quality. */
export const codedAt = (run: TinyRun, quality: number): CodedAt => ({
  quality,
  steps: trainedCoding(run)!.steps[quality]!,
});

/** Bits of latents, count×c×h×w, under the context network in float64, with the floor that every symbol keeps. */
export function plainBits(net: FloatContext, latents: Float32Array, at: CodedAt): number {
  const size = net.channels * net.height * net.width;
  let bits = 0;
  for (let start = 0; start < latents.length; start += size) {
    const latent = latents.subarray(start, start + size);
    for (const place of places(net)) {
      const value = latent[(place.channel * net.height + place.y) * net.width + place.x]!;
      const outputs = plainOutputs(net, latent, place, at.quality);
      const mass = plainMass(value, outputs, at.steps[place.channel]!);
      bits -= Math.log2(mass * (1 - FLOOR) + FLOOR);
    }
  }
  return bits;
}

/** Every symbol of a latent in the order of coding: place after place, channel after channel. */
export function* places({ channels, height, width }: FloatContext): Generator<SymbolPlace> {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) yield { channel, y, x };
}

/** Latents stay nearer to 0 than this, latent units. */
const FAR = 20;

/** Latents drawn from the context network itself: latent units, count×c×h×w, multiples of the steps. */
export function drawLatents(net: FloatContext, count: number, at: CodedAt, seed: number): Float32Array {
  const { channels, height, width } = net;
  const random = createRandom(seed, 4);
  const size = channels * height * width;
  const latents = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const latent = latents.subarray(n * size, (n + 1) * size);
    for (const place of places(net)) {
      const outputs = plainOutputs(net, latent, place, at.quality);
      const step = at.steps[place.channel]!;
      const value = drawValue(outputs, step, () => random.uniform());
      // Untrained networks run away from their own symbols.
      const within = Math.abs(value) < FAR ? value : 0;
      latent[(place.channel * height + place.y) * width + place.x] = within;
    }
  }
  return latents;
}

/** Latents c×h×w, one after the other, as rows×channels. */
export function rowsOf({ channels, height, width }: FloatContext, latents: ArrayLike<number>): Float32Array {
  const plane = height * width;
  return Float32Array.from({ length: latents.length }, (_, i) => {
    const [row, channel] = [Math.floor(i / channels), i % channels];
    const [n, place] = [Math.floor(row / plane), row % plane];
    return latents[(n * channels + channel) * plane + place]!;
  });
}

export const shapeOf = (run: TinyRun) => traceShapes(run.spec).latent;
