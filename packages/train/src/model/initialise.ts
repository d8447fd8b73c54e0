import { createRandom, type Random } from '../dataset/random.js';
import type { LinearStart } from './klt.js';
import {
  elements,
  isLinear,
  type ParameterShape,
  type ParameterValues,
  parameterShapes,
} from './parameters.js';
import type { Activation, ArchitectureSpec } from './spec.js';

/** Stream number of the weights, so that weights, shuffles and noise of one seed are independent. */
const WEIGHT_STREAM = 0x77;

function uniform(count: number, limit: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => (random.uniform() * 2 - 1) * limit);
}

/**
 * Columns of a rows×columns matrix made orthonormal (or its rows, where there are fewer rows), by Gram–Schmidt
 * over normal draws, times `gain` (Saxe et al., 2014, arXiv:1312.6120).
 */
function orthogonal(rows: number, columns: number, gain: number, random: Random): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of basis) subtractProjection(vector, other);
    const norm = Math.hypot(...vector);
    // A draw that lies in the span of the others has nothing left to normalise.
    if (norm > 1e-6) basis.push(vector.map((v) => v / norm));
  }
  const wide = columns >= rows;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return gain * (wide ? basis[row]![column]! : basis[column]![row]!);
  });
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < vector.length; i++) dot += vector[i]! * unit[i]!;
  for (let i = 0; i < vector.length; i++) vector[i]! -= dot * unit[i]!;
}

function kernelValues(shape: ParameterShape, spec: ArchitectureSpec, random: Random): Float32Array {
  const count = elements(shape.shape);
  const { fanIn, fanOut } = shape;
  switch (spec.initialiser.kernel) {
    case 'fanInUniform':
      return uniform(count, 1 / Math.sqrt(fanIn), random);
    case 'heUniform':
      return uniform(count, Math.sqrt(6 / fanIn), random);
    case 'lecunUniform':
      return uniform(count, Math.sqrt(3 / fanIn), random);
    case 'glorotUniform':
      return uniform(count, Math.sqrt(6 / (fanIn + fanOut)), random);
    case 'heNormal':
      return random.fillNormal(new Float32Array(count), Math.sqrt(2 / fanIn));
    case 'orthogonal': {
      const columns = shape.shape.at(-1)!;
      return orthogonal(count / columns, columns, Math.SQRT2, random);
    }
  }
}

/** The input at which an activation gives `mean`: what an output bias has to be for that mean at the start. */
function inverseActivation(activation: Activation, mean: number): number {
  const m = Math.min(Math.max(mean, 0.001), 0.999);
  if (activation === 'sigmoid') return Math.log(m / (1 - m));
  if (activation === 'tanh') return Math.atanh(m);
  if (activation === 'softplus') return Math.log(Math.expm1(m));
  return m;
}

function outputBias(spec: ArchitectureSpec, meanPixel: number): number {
  const { outputBias: bias } = spec.initialiser;
  return bias === 'dataMean' ? inverseActivation(spec.decoder.at(-1)!.activation, meanPixel) : bias;
}

/** The one sign that a polarity gives to all values of some kernels, by their place among the parameters. */
function kernelSigns(spec: ArchitectureSpec, lastEncoder: number, lastDecoder: number): Map<number, 1 | -1> {
  if (spec.initialiser.polarity === 'free') return new Map();
  // In a decoder of one block the last kernel is the first one too; it then is negative.
  return new Map([
    [lastEncoder, -1],
    [lastEncoder + 2, 1],
    [lastDecoder, -1],
  ]);
}

const signed = (values: Float32Array, sign: 1 | -1 | undefined): Float32Array =>
  sign === undefined ? values : values.map((v) => sign * Math.abs(v));

/** What initial weights depend on beside the architecture. */
export interface StartOptions {
  readonly seed: number;
  /** Mean pixel of the training images, 0..1, for an output bias of `dataMean`. */
  readonly meanPixel: number;
  /** Where the linear transforms start, for an architecture that has them. */
  readonly linear?: LinearStart | undefined;
}

/**
 * Seeded initial weights: float32, one array per tensor of `parameterShapes(spec)`.
 * Linear transforms start where `options.linear` says; without it with zeros.
 *
 * @source He et al., 2015, arXiv:1502.01852; Glorot and Bengio, 2010
 */
export function initialParameters(spec: ArchitectureSpec, options: StartOptions): ParameterValues {
  const { seed, meanPixel, linear } = options;
  const { latentBias, latentGain, outputGain, bias } = spec.initialiser;
  const shapes = parameterShapes(spec);
  const lastOf = (part: string): number => shapes.findLastIndex((s) => s.part === part && !isLinear(s));
  const [encoder, decoder] = [lastOf('encoder'), lastOf('decoder')];
  const signs = kernelSigns(spec, encoder - 1, decoder - 1);
  const gains = new Map([
    [encoder - 1, latentGain],
    [decoder - 1, outputGain],
  ]);
  const biases = new Map([
    [encoder, latentBias],
    [decoder, outputBias(spec, meanPixel)],
  ]);
  return shapes.map((shape, index) => {
    if (isLinear(shape)) return linearValues(shape, linear);
    if (shape.role === 'bias') return new Float32Array(elements(shape.shape)).fill(biases.get(index) ?? bias);
    const random = createRandom(seed, WEIGHT_STREAM, index);
    const values = signed(kernelValues(shape, spec, random), signs.get(index));
    const gain = gains.get(index) ?? 1;
    return gain === 1 ? values : values.map((v) => v * gain);
  });
}

function linearValues({ part, role, shape }: ParameterShape, start: LinearStart | undefined): Float32Array {
  const values = start?.[`${part}${role === 'kernel' ? 'Kernel' : 'Bias'}`];
  return values ?? new Float32Array(elements(shape));
}
