import { BIAS_UNIT, type ContextModel, MAX_ACTIVATION, MAX_OUTPUT } from './context-model.js';

/**
 * Computes the three layers of a context model for one place at a time: `start`, `add` for each input that is not 0, `run` for
 * each channel (FORMAT.md, "Context model").
 */
export interface ContextKernel {
  /** int32, 3K: what the last `run` found, of K components the weights, the means, the sharpnesses. */
  readonly outputs: Int32Array;
  /** Begins a place of the grid: the first layer holds its biases alone. */
  start(quality: number, position: number): void;
  /** Adds an input's row of weights, `value` (±2047, not 0) times, to the first layer. */
  add(input: number, value: number): void;
  /** Finds the outputs of a channel from what was added. */
  run(channel: number): void;
}

/** The kernel in TypeScript: the reference, and what runs where WebAssembly does not. */
export function createPlainKernel(model: ContextModel): ContextKernel {
  const { hidden1, hidden2, channelBias, shift1, w1, w2, bias2, shift2, w3, bias3, shift3 } = model;
  const outputs = new Int32Array(3 * model.components);
  const sums = new Int32Array(hidden1);
  const first = new Int32Array(hidden1);
  const second = new Int32Array(hidden2);
  return {
    outputs,
    start: (quality, position) => startSums(model, quality, position, sums),
    add: (input, value) => {
      for (let unit = 0, at = input * hidden1; unit < hidden1; unit++, at++)
        sums[unit]! += Math.imul(value, w1[at]!);
    },
    run: (channel) => {
      for (let unit = 0, at = channel * hidden1; unit < hidden1; unit++, at++) {
        first[unit] = activation(sums[unit]! + channelBias[at]!, shift1[unit]!);
      }
      for (let unit = 0; unit < hidden2; unit++) {
        const sum = product(first, w2, unit * hidden1) + BIAS_UNIT * bias2[channel * hidden2 + unit]!;
        second[unit] = activation(sum, shift2[unit]!);
      }
      for (let output = 0, at = channel * outputs.length; output < outputs.length; output++, at++) {
        outputs[output] = limited(product(second, w3, at * hidden2) + BIAS_UNIT * bias3[at]!, shift3[at]!);
      }
    },
  };
}

/** Writes the first layer's biases of a quality and a position to `sums`. */
function startSums(
  { hidden1, qualityBias, positionBias }: ContextModel,
  quality: number,
  position: number,
  sums: Int32Array,
): void {
  let [forQuality, forPosition] = [quality * hidden1, position * hidden1];
  for (let unit = 0; unit < hidden1; unit++) {
    sums[unit] = qualityBias[forQuality++]! + positionBias[forPosition++]!;
  }
}

/** Σ inputs · weights from `start`. */
export function product(inputs: Int32Array, weights: Int8Array | Int16Array, start: number): number {
  let sum = 0;
  for (let i = 0, at = start; i < inputs.length; i++, at++) sum += Math.imul(inputs[i]!, weights[at]!);
  return sum;
}

/** Half of what a shift drops, so that it rounds. */
export const halfOf = (shift: number): number => (1 << shift) >> 1;

/** A unit of a hidden layer. */
export function activation(sum: number, shift: number): number {
  return Math.max(0, Math.min(MAX_ACTIVATION, (sum + halfOf(shift)) >> shift));
}

/** An output of the last layer. */
export function limited(sum: number, shift: number): number {
  return Math.max(-MAX_OUTPUT, Math.min(MAX_OUTPUT, (sum + halfOf(shift)) >> shift));
}
