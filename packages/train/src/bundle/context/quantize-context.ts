import {
  type ContextModel,
  ConvaeError,
  type LatentBatch,
  neighbourCount,
  SCALE_UNIT,
} from '@convae/runtime/core';
import type { Matrix } from 'ml-matrix';
import { COMPONENTS, MEAN_SCALE } from '../../training/rate/mixture.js';
import type { FloatContext } from '../../training/rate/trained-coding.js';
import { type SymbolTrace, traceLatent } from './float-context.js';
import {
  activationScales,
  biasInteger,
  MAX_OUTPUT_SCALE,
  MAX_SHIFT,
  outputShift,
  range,
  rowScale,
  setColumn,
} from './integer-layers.js';
import { Moments, roundRow } from './round-rows.js';

/** The integer ranges of FORMAT.md, "Context model". */
const MAX_WEIGHT = 127;
const BIAS_UNIT = 64;
const FRACTION_BITS = 8;
/** Inputs of the network, units, are clamped to ±this. */
const MAX_INPUT = 2047;
/** Largest end of a channel's range: with a symbol to each unit its symbols and both escapes are the 4096 entries. */
const MAX_SYMBOL = 2046;
/** Units in the finest step of all, most: symbols of other steps are rounded to units. */
const UNITS_IN_STEP = 8;
/** Largest scale of FORMAT.md. */
const MAX_SCALE = 65535;

/** Latents whose activations set the scales, and the rounding of the weights. */
const CALIBRATION_LATENTS = 1600;
/** Fewer where they are large: each symbol costs the square of the inputs. */
const CALIBRATION_SYMBOLS = 640_000;
/** Share of a channel's symbols that its range may leave out at each end. */
const TAIL = 1e-5;

/** What {@link quantizeContext} works on. */
export interface QuantizeContextOptions {
  readonly network: FloatContext;
  /** Of the manifest: for each quality the step of each channel, latent units, 0 where it is not coded. */
  readonly steps: readonly (readonly number[])[];
  /** Of training images. */
  readonly latents: readonly LatentBatch[];
}

/** The options, and what the integers of inputs, means and ranges are in: latent units. */
interface Task extends QuantizeContextOptions {
  readonly unit: number;
}

/** A row of weights as integers: value ≈ integer / 2^scale. */
interface Row {
  readonly weights: number[];
  readonly scale: number;
  /** What the biases have to grow by for the mean of the sums to stay. */
  readonly biasShift: number;
}

/** What is known of the layers' activations on training images. */
interface Statistics {
  /** Largest activation of every unit. */
  readonly largest: { readonly first: Float64Array; readonly second: Float64Array };
  /** Of the inputs of the first layer, the second, and the outputs of each channel. */
  readonly known: Moments;
  readonly first: Moments;
  readonly second: readonly Moments[];
}

function quantizedRow(
  weights: readonly number[],
  biases: readonly number[],
  { biasUnit, most, factor }: { biasUnit: number; most: number; factor: Matrix },
): Row {
  const scale = Math.min(rowScale(weights, biases, { maxWeight: MAX_WEIGHT, biasUnit }), most);
  const inUnits = weights.map((weight) => weight * 2 ** scale);
  const rounded = roundRow(inUnits, factor, MAX_WEIGHT);
  return { weights: rounded.weights, scale, biasShift: rounded.biasShift / 2 ** scale };
}

/** A latent as the network's input, units: what its symbol stands for. */
function inputOf(latent: number, step: number, unit: number): number {
  if (step === 0) return 0;
  const units = Math.round((Math.round(latent / step) * step) / unit);
  return Math.max(-MAX_INPUT, Math.min(MAX_INPUT, units));
}

/**
 * The unit: a part of the finest step, as small as lets the latents' ranges and the largest step fit their integers.
 */
function unitOf({ steps, latents }: QuantizeContextOptions): number {
  const coded = steps.flat().filter((step) => step > 0);
  const finest = Math.min(...coded);
  let largest = Math.max(...coded) * (MAX_SYMBOL * (SCALE_UNIT / MAX_SCALE));
  for (const { data } of latents)
    for (const value of data) largest = Math.max(largest, Math.min(Math.abs(value), MAX_SYMBOL * finest));
  return Math.max(finest / UNITS_IN_STEP, largest / MAX_SYMBOL);
}

function emptyStatistics({ channels, spec }: FloatContext): Statistics {
  const { radius, hidden1, hidden2 } = spec;
  return {
    largest: { first: new Float64Array(hidden1), second: new Float64Array(hidden2) },
    known: new Moments((neighbourCount(radius) + 1) * channels),
    first: new Moments(hidden1),
    second: range(channels).map(() => new Moments(hidden2)),
  };
}

function raise(largest: Float64Array, values: Float64Array): void {
  for (let i = 0; i < largest.length; i++) largest[i] = Math.max(largest[i]!, values[i]!);
}

function statisticsOf({ network, steps, latents, unit }: Task): Statistics {
  const { channels, height, width } = network;
  const statistics = emptyStatistics(network);
  const { largest, known, first, second } = statistics;
  const count = (trace: SymbolTrace): void => {
    raise(largest.first, trace.first);
    raise(largest.second, trace.second);
    known.add(trace.known);
    first.add(trace.first);
    second[trace.channel]!.add(trace.second);
  };
  const plane = height * width;
  const size = channels * plane;
  const total = latents.reduce((sum, { count: images }) => sum + images, 0);
  const affordable = Math.min(CALIBRATION_LATENTS, Math.floor(CALIBRATION_SYMBOLS / size));
  const every = Math.max(1, Math.floor(total / Math.max(steps.length, affordable)));
  let image = 0;
  for (const { data, count: images } of latents) {
    for (let i = 0; i < images; i++, image++) {
      if (image % every !== 0) continue;
      const quality = (image / every) % steps.length;
      const own = data.subarray(i * size, (i + 1) * size);
      const inputs = Float64Array.from(
        own,
        (value, at) => (inputOf(value, steps[quality]![Math.floor(at / plane)]!, unit) * unit) / MEAN_SCALE,
      );
      traceLatent(network, inputs, quality, count);
    }
  }
  return statistics;
}

function channelRanges({ network, latents, unit }: Task): Int16Array {
  const { channels, height, width } = network;
  const plane = height * width;
  const ranges = new Int16Array(2 * channels);
  for (let channel = 0; channel < channels; channel++) {
    const counts = new Float64Array(2 * MAX_SYMBOL + 1);
    let total = 0;
    for (const { data } of latents) {
      for (let start = channel * plane; start < data.length; start += channels * plane) {
        for (let i = start; i < start + plane; i++, total++) {
          const units = Math.round(data[i]! / unit);
          counts[Math.min(Math.max(units, -MAX_SYMBOL), MAX_SYMBOL) + MAX_SYMBOL]!++;
        }
      }
    }
    ranges[2 * channel] = edge(counts, total, 1) - MAX_SYMBOL;
    ranges[2 * channel + 1] = edge(counts, total, -1) - MAX_SYMBOL;
  }
  return ranges;
}

/** The first entry from one end behind which more than the tail lies. */
function edge(counts: Float64Array, total: number, direction: 1 | -1): number {
  let at = direction === 1 ? 0 : counts.length - 1;
  for (let mass = counts[at]!; mass <= TAIL * total; mass += counts[at]!) at += direction;
  return at;
}

const shifted = (values: readonly number[], { biasShift }: Row): number[] =>
  values.map((value) => value + biasShift);

const scaled = (values: readonly number[], unit: number): number[] =>
  values.map((value) => biasInteger(value * unit));

/**
 * First layer: inputs are units, the network's {@link MEAN_SCALE} latent units.
 *
 * @param wanted scale of each unit's activation; that of its weights where it is finer than they are, as a unit that
 * is hardly ever active would have it.
 */
function firstLayer({ network, steps, unit }: Task, { known }: Statistics, wanted: readonly number[]) {
  const { channels, spec } = network;
  const { hidden1 } = spec;
  const inputs = [...range(network.window.length / hidden1).map((i) => [network.window, i] as const)];
  inputs.push(...range(channels).map((i) => [network.earlier, i] as const));
  const places = spec.place ? network.height * network.width : 1;
  const inUnits = unit / MEAN_SCALE;
  const w1 = new Int8Array(inputs.length * hidden1);
  const qualityBias = new Int16Array(steps.length * hidden1);
  const positionBias = new Int16Array(places * hidden1);
  const channelBias = new Int16Array(channels * hidden1);
  const shift1 = new Uint8Array(hidden1);
  const scales: number[] = [];
  const factor = known.factor(inputs.map(() => 1 / inUnits));
  for (let j = 0; j < hidden1; j++) {
    const weights = inputs.map(([values, row]) => values[row * hidden1 + j]! * inUnits);
    const position = range(places).map((p) => network.position[p * hidden1 + j]!);
    const channel = range(channels).map((c) => network.channel[c * hidden1 + j]!);
    const quality = range(steps.length).map((q) => network.quality[q * hidden1 + j]!);
    const options = { biasUnit: 1, most: wanted[j]! + MAX_SHIFT, factor };
    const row = quantizedRow(weights, [...position, ...channel, ...quality], options);
    const unit = 2 ** row.scale;
    setColumn(w1, row.weights, hidden1, j);
    setColumn(positionBias, scaled(position, unit), hidden1, j);
    setColumn(channelBias, scaled(shifted(channel, row), unit), hidden1, j);
    setColumn(qualityBias, scaled(quality, unit), hidden1, j);
    scales[j] = Math.min(wanted[j]!, row.scale);
    shift1[j] = row.scale - scales[j]!;
  }
  return { scales, arrays: { w1, qualityBias, positionBias, channelBias, shift1 } };
}

/** As {@link firstLayer}; `from` are the scales of its activations. */
function secondLayer(
  { network }: Task,
  { first }: Statistics,
  from: readonly number[],
  wanted: readonly number[],
) {
  const { channels, spec } = network;
  const { hidden1, hidden2 } = spec;
  const w2 = new Int8Array(hidden2 * hidden1);
  const bias2 = new Int16Array(channels * hidden2);
  const shift2 = new Uint8Array(hidden2);
  const scales: number[] = [];
  const factor = first.factor(from.map((scale) => 2 ** scale));
  for (let i = 0; i < hidden2; i++) {
    const weights = range(hidden1).map((j) => network.second[j * hidden2 + i]! * 2 ** -from[j]!);
    const biases = range(channels).map((c) => network.secondBias[c * hidden2 + i]!);
    const row = quantizedRow(weights, biases, { biasUnit: BIAS_UNIT, most: wanted[i]! + MAX_SHIFT, factor });
    w2.set(row.weights, i * hidden1);
    setColumn(bias2, scaled(shifted(biases, row), 2 ** row.scale / BIAS_UNIT), hidden2, i);
    scales[i] = Math.min(wanted[i]!, row.scale);
    shift2[i] = row.scale - scales[i]!;
  }
  return { scales, arrays: { w2, bias2, shift2 } };
}

function outputLayer({ network, unit }: Task, { second }: Statistics, from: readonly number[]) {
  const { channels, spec } = network;
  const { hidden2 } = spec;
  const outputs = 3 * COMPONENTS;
  const w3 = new Int8Array(channels * outputs * hidden2);
  const bias3 = new Int16Array(channels * outputs);
  const shift3 = new Uint8Array(channels * outputs);
  const factors = second.map((moments) => moments.factor(from.map((scale) => 2 ** scale)));
  for (let at = 0; at < channels * outputs; at++) {
    const [channel, m] = [Math.floor(at / outputs), at % outputs];
    const kind = Math.floor(m / COMPONENTS);
    // Means are in units; a sharpness is that of a scale in units.
    const [factor, more] = [kind === 1 ? MEAN_SCALE / unit : 1, kind === 2 ? Math.log2(unit) : 0];
    const weights = range(hidden2).map(
      (i) => factor * network.output[(channel * hidden2 + i) * outputs + m]! * 2 ** -from[i]!,
    );
    const bias = factor * network.outputBias[at]! + more;
    const options = { biasUnit: BIAS_UNIT, most: MAX_OUTPUT_SCALE, factor: factors[channel]! };
    const row = quantizedRow(weights, [bias], options);
    w3.set(row.weights, at * hidden2);
    bias3[at] = biasInteger(((bias + row.biasShift) * 2 ** row.scale) / BIAS_UNIT);
    shift3[at] = outputShift(row.scale);
  }
  return { w3, bias3, shift3 };
}

/** The units in a symbol of each quality and channel, and their logarithms. */
function scalesOf({ steps, unit }: Task): Required<Pick<ContextModel, 'scales' | 'log2Scales'>> {
  const scales = Uint16Array.from(steps.flat(), (step) => Math.round((SCALE_UNIT * step) / unit));
  const logarithm = (scale: number): number =>
    scale === 0 ? 0 : Math.round(2 ** FRACTION_BITS * Math.log2(scale / SCALE_UNIT));
  return { scales, log2Scales: Int16Array.from(scales, logarithm) };
}

/** @throws ConvaeError UNSUPPORTED where the weights of the outputs do not fit, as means in these units. */
function integersOf(task: Task, statistics: Statistics): ContextModel {
  const { network, steps } = task;
  const { largest } = statistics;
  const first = firstLayer(task, statistics, activationScales(largest.first));
  const second = secondLayer(task, statistics, first.scales, activationScales(largest.second));
  const placed = network.spec.place;
  return {
    channels: network.channels,
    gridHeight: placed ? network.height : 1,
    gridWidth: placed ? network.width : 1,
    radius: network.spec.radius,
    hidden1: network.spec.hidden1,
    hidden2: network.spec.hidden2,
    components: COMPONENTS,
    qualities: steps.length,
    ...scalesOf(task),
    ranges: channelRanges(task),
    ...first.arrays,
    ...second.arrays,
    ...outputLayer(task, statistics, second.scales),
  };
}

/**
 * A trained context network in the integers of FORMAT.md, "Context model".
 *
 * @throws ConvaeError UNSUPPORTED where its weights do not fit them.
 */
export function quantizeContext(options: QuantizeContextOptions): ContextModel {
  const finest = Math.min(...options.steps.flat().filter((step) => step > 0));
  let unit = unitOf(options);
  const statistics = statisticsOf({ ...options, unit });
  // Means take smaller weights in larger units, up to one for a step.
  for (; ; unit *= 2) {
    try {
      return integersOf({ ...options, unit }, statistics);
    } catch (error) {
      if (!(error instanceof ConvaeError) || 2 * unit > finest) throw error;
    }
  }
}
