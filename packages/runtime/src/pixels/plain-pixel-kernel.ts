import { activation, limited, product } from '../context/plain-kernel.js';
import { type PixelModel, pixelOutputs } from './pixel-model.js';
import { INDICATOR, pairStarts, pairWeights } from './pixel-pairs.js';

/**
 * Computes the three layers of a pixel context model for one place at a time: `start`, `add` for each input that is not 0,
 * `run` for each head (FORMAT.md, "Pixel context model").
 */
export interface PixelKernel {
  /** int32, 3K + 2: what the last `run` found. */
  readonly outputs: Int32Array;
  /** Begins a place of the grid: the first layer holds its biases alone. */
  start(position: number): void;
  /** Adds an input of 1..255 and, where it has one, its indicator: the pairs of {@link pairWeights}. */
  add(pair: number, value: number): void;
  /** Finds the outputs of a head from what was added: channels in coding order, then how a place is coded. */
  run(head: number): void;
}

/** The kernel in TypeScript: the reference, and what runs where WebAssembly does not. */
export function createPlainPixelKernel(model: PixelModel): PixelKernel {
  const { hidden1, hidden2, biasShifts, channelBias, shift1, w2, bias2, shift2, w3, bias3, shift3 } = model;
  const [unit1, unit2, unit3] = Array.from(biasShifts, (shift) => 2 ** shift) as [number, number, number];
  const pairs = new Int16Array(2 * pairStarts(model).end * hidden1);
  pairWeights(model, pairs, hidden1);
  const outputs = new Int32Array(pixelOutputs(model));
  const sums = new Int32Array(hidden1);
  const first = new Int32Array(hidden1);
  const second = new Int32Array(hidden2);
  return {
    outputs,
    start: (position) => startPixelSums(model, position, sums),
    add: (pair, value) => {
      for (let unit = 0, at = 2 * pair * hidden1; unit < hidden1; unit++, at += 2)
        sums[unit]! += Math.imul(value, pairs[at]!) + Math.imul(INDICATOR, pairs[at + 1]!);
    },
    run: (head) => {
      for (let unit = 0, at = head * hidden1; unit < hidden1; unit++, at++)
        first[unit] = activation(sums[unit]! + unit1 * channelBias[at]!, shift1[unit]!);
      for (let unit = 0; unit < hidden2; unit++) {
        const sum = product(first, w2, unit * hidden1) + unit2 * bias2[head * hidden2 + unit]!;
        second[unit] = activation(sum, shift2[unit]!);
      }
      for (let output = 0, at = head * outputs.length; output < outputs.length; output++, at++)
        outputs[output] = limited(product(second, w3, at * hidden2) + unit3 * bias3[at]!, shift3[at]!);
    },
  };
}

/** Writes the first layer's biases of a place to `sums`. */
function startPixelSums(
  { hidden1, positionBias, biasShifts }: PixelModel,
  position: number,
  sums: Int32Array,
): void {
  const shift = biasShifts[0]!;
  for (let unit = 0, at = position * hidden1; unit < hidden1; unit++, at++)
    sums[unit] = positionBias[at]! << shift;
}
