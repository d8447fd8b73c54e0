import { neighbourCount, type PixelModel } from '@convae/runtime/core';
import type { ParameterValues } from '../../model/parameters.js';
import {
  headCount,
  LEVELS_IN_UNIT,
  outputCount,
  sharpnessUnit,
  type PixelModel as TrainedModel,
} from '../../training/lossless/pixel-network.js';
import {
  activationScales,
  biasInteger,
  MAX_OUTPUT_SCALE,
  MAX_SHIFT,
  outputShift,
  range,
  rowScale,
  setColumn,
} from '../context/integer-layers.js';

/** Largest weight: with it no accumulator of the largest network leaves int32, and rounding costs nothing. */
const MAX_WEIGHT = 2047;
/** Biases are in units of 2^this. */
const BIAS_SHIFT = 6;
const BIAS_UNIT = 2 ** BIAS_SHIFT;
const LIMITS = { maxWeight: MAX_WEIGHT, biasUnit: BIAS_UNIT } as const;
/** Integer inputs are 0..255; the network was trained on 0..2 for values, and on 0 or 1 for indicators. */
const [VALUE_UNIT, INDICATOR_UNIT] = [2 / 255, 1 / 255];

/** What {@link quantizePixels} works on. */
export interface QuantizePixelsOptions {
  readonly model: TrainedModel;
  /** In the order of `pixelParameters`. */
  readonly parameters: ParameterValues;
  /** Largest activation of each unit of both hidden layers, on training images. */
  readonly largest: { readonly first: Float32Array; readonly second: Float32Array };
}

/** The trained tensors by name, row-major. */
function named({ parameters }: QuantizePixelsOptions) {
  const [window, place, channel, second, secondBias, output, outputBias, earlier] = parameters as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    ...Float32Array[],
  ];
  return {
    window,
    place,
    channel,
    second,
    secondBias,
    output,
    outputBias,
    earlier: earlier ?? new Float32Array(),
  };
}

/** Values and indicators take turns, or indicators stand alone. */
const pairUnits = (count: number): number[] =>
  range(count).map((i) => (i % 2 === 0 ? VALUE_UNIT : INDICATOR_UNIT));
const indicatorUnits = (count: number): number[] => range(count).map(() => INDICATOR_UNIT);

/**
 * The first layer's weights in the file's order, a row for each input, and what its integers count: neighbours, white, earlier
 * channels, and where colours are copied what differs among neighbours and from the place.
 */
function firstRows(options: QuantizePixelsOptions): { weights: Float32Array; units: number[] } {
  const { channels, network } = options.model;
  const { window, earlier } = named(options);
  const neighbours = 2 * neighbourCount(network.radius) * channels;
  const [own, { hidden1 }] = [2 * (channels - 1), network];
  const part = (of: Float32Array, from: number, to?: number): Float32Array =>
    of.subarray(from * hidden1, to === undefined ? undefined : to * hidden1);
  const alone = neighbours + channels;
  const parts = [part(window, 0, alone), part(earlier, 0, own), part(window, alone), part(earlier, own)];
  const weights = Float32Array.from(parts.flatMap((values) => [...values]));
  const known = alone + own;
  const units = [...pairUnits(neighbours), ...indicatorUnits(channels), ...pairUnits(own)];
  return { weights, units: [...units, ...indicatorUnits(weights.length / hidden1 - known)] };
}

const rounded = (values: readonly number[], scale: number): number[] =>
  values.map((value) => Math.round(value * 2 ** scale) + 0);
const roundedBiases = (values: readonly number[], scale: number): number[] =>
  values.map((value) => biasInteger((value * 2 ** scale) / BIAS_UNIT) + 0);

/** Every `width`-th number from `column` on. */
const columnOf = (values: Float32Array, width: number, column: number): number[] =>
  range(values.length / width).map((row) => values[row * width + column]!);

function firstLayer(options: QuantizePixelsOptions, wanted: readonly number[]) {
  const { network, grid } = options.model;
  const { hidden1 } = network;
  const { place, channel } = named(options);
  const { weights: all, units } = firstRows(options);
  const w1 = new Int16Array(units.length * hidden1);
  const positionBias = new Int16Array(grid.height * grid.width * hidden1);
  const channelBias = new Int16Array(headCount(options.model) * hidden1);
  const shift1 = new Uint8Array(hidden1);
  const scales: number[] = [];
  for (let j = 0; j < hidden1; j++) {
    const weights = columnOf(all, hidden1, j).map((weight, i) => weight * units[i]!);
    const positions = columnOf(place, hidden1, j);
    const own = columnOf(channel, hidden1, j);
    const scale = Math.min(rowScale(weights, [...positions, ...own], LIMITS), wanted[j]! + MAX_SHIFT);
    setColumn(w1, rounded(weights, scale), hidden1, j);
    setColumn(positionBias, roundedBiases(positions, scale), hidden1, j);
    setColumn(channelBias, roundedBiases(own, scale), hidden1, j);
    scales[j] = Math.min(wanted[j]!, scale);
    shift1[j] = scale - scales[j]!;
  }
  return { scales, arrays: { w1, positionBias, channelBias, shift1 } };
}

function secondLayer(options: QuantizePixelsOptions, from: readonly number[], wanted: readonly number[]) {
  const { network } = options.model;
  const { hidden1, hidden2 } = network;
  const { second, secondBias } = named(options);
  const w2 = new Int16Array(hidden2 * hidden1);
  const bias2 = new Int16Array(headCount(options.model) * hidden2);
  const shift2 = new Uint8Array(hidden2);
  const scales: number[] = [];
  for (let i = 0; i < hidden2; i++) {
    const weights = columnOf(second, hidden2, i).map((weight, j) => weight * 2 ** -from[j]!);
    const biases = columnOf(secondBias, hidden2, i);
    const scale = Math.min(rowScale(weights, biases, LIMITS), wanted[i]! + MAX_SHIFT);
    w2.set(rounded(weights, scale), i * hidden1);
    setColumn(bias2, roundedBiases(biases, scale), hidden2, i);
    scales[i] = Math.min(wanted[i]!, scale);
    shift2[i] = scale - scales[i]!;
  }
  return { scales, arrays: { w2, bias2, shift2 } };
}

function outputLayer(options: QuantizePixelsOptions, from: readonly number[]) {
  const { channels, network } = options.model;
  const { hidden2, components } = network;
  const { output, outputBias } = named(options);
  const outputs = outputCount(components);
  const count = headCount(options.model) * outputs;
  const w3 = new Int16Array(count * hidden2);
  const bias3 = new Int16Array(count);
  const shift3 = new Uint8Array(count);
  const factors = [1, LEVELS_IN_UNIT, sharpnessUnit(network)];
  for (let at = 0; at < count; at++) {
    const [head, which] = [Math.floor(at / outputs), at % outputs];
    const factor = head < channels ? (factors[Math.floor(which / components)] ?? 1) : 1;
    const own = output.subarray(head * hidden2 * outputs, (head + 1) * hidden2 * outputs);
    const weights = columnOf(own, outputs, which).map((weight, i) => factor * weight * 2 ** -from[i]!);
    const bias = factor * outputBias[at]!;
    const scale = Math.min(rowScale(weights, [bias], LIMITS), MAX_OUTPUT_SCALE);
    w3.set(rounded(weights, scale), at * hidden2);
    bias3[at] = roundedBiases([bias], scale)[0]!;
    shift3[at] = outputShift(scale);
  }
  return { w3, bias3, shift3 };
}

/**
 * A trained network on pixel values in the integers of FORMAT.md, "Pixel context model".
 *
 * @throws ConvaeError UNSUPPORTED where its weights do not fit them.
 */
export function quantizePixels(options: QuantizePixelsOptions): PixelModel {
  const { channels, network, grid } = options.model;
  const first = firstLayer(options, activationScales(options.largest.first));
  const second = secondLayer(options, first.scales, activationScales(options.largest.second));
  return {
    channels,
    gridHeight: grid.height,
    gridWidth: grid.width,
    radius: network.radius,
    hidden1: network.hidden1,
    hidden2: network.hidden2,
    components: network.components,
    bases: network.bases,
    copies: network.copies,
    biasShifts: Uint8Array.of(BIAS_SHIFT, BIAS_SHIFT, BIAS_SHIFT),
    ...first.arrays,
    ...second.arrays,
    ...outputLayer(options, second.scales),
  };
}
