import { MAX_ACTIVATION } from './context-model.js';
import { KernelMemory, roundUp, type WalkExports } from './kernel-memory.js';
import { mixtureTables } from './mixture-tables.js';
import { halfOf } from './plain-kernel.js';

/** Units that the kernels find at a time. */
const BLOCK = 16;

/** Units in the kernels' memory: what is beyond a layer's own stays 0. */
export const paddedUnits = (units: number): number => roundUp(units, BLOCK);

/** The layers that both context models have; of each head, if need be, biases and a last layer of its own. */
interface Layers {
  readonly hidden1: number;
  readonly hidden2: number;
  readonly channelBias: Int16Array;
  readonly shift1: Uint8Array;
  readonly w2: Int8Array | Int16Array;
  readonly bias2: Int16Array;
  readonly shift2: Uint8Array;
  readonly w3: Int8Array | Int16Array;
  readonly bias3: Int16Array;
  readonly shift3: Uint8Array;
}

/**
 * Writes a network's layers and the tables of mixtures to an instance's memory, as kernels/shared/layers.ts has them.
 * @param biasShifts of each layer: its biases are in units of 2 to the power of it.
 * @param inputs pairs of inputs that a place may have.
 * @returns the rest of the memory.
 */
export function putLayers(
  { memory: own, LAYERS, TABLES, FREE }: WalkExports,
  model: Layers,
  biasShifts: ArrayLike<number>,
  inputs: number,
): KernelMemory {
  const memory = new KernelMemory(own, FREE.value);
  const { hidden1, hidden2, channelBias, shift1, w2, bias2, shift2, w3, bias3, shift3 } = model;
  const outputs = (shift3.length * hidden2) / bias2.length;
  const sizes = [...[hidden1, hidden2, outputs].map(paddedUnits), outputs];
  const addresses = [
    // The pair behind the last is written too, and means nothing.
    memory.take(8 * (inputs + 1)),
    memory.put(biases(channelBias, biasShifts[0]!, shift1, hidden1)),
    memory.put(scaling(shift1)),
    memory.put(pairs(w2, hidden1, hidden2)),
    memory.put(biases(bias2, biasShifts[1]!, shift2, hidden2)),
    memory.put(scaling(shift2)),
    memory.put(pairs(w3, hidden2, outputs)),
    memory.put(biases(bias3, biasShifts[2]!, shift3, outputs)),
    memory.put(shift3),
  ];
  memory.write(LAYERS.value, Int32Array.of(...sizes, ...addresses));
  const { powers, mantissas, logistic } = mixtureTables();
  memory.write(TABLES.value, Uint16Array.of(...powers, ...mantissas, ...logistic));
  return memory;
}

/** Rows of biases as int16, as they are. */
export function paddedRows(values: Int16Array, units: number): Int16Array {
  const rows = new Int16Array((values.length / units) * paddedUnits(units));
  for (let i = 0, at = 0; i < values.length; i += units, at += paddedUnits(units))
    rows.set(values.subarray(i, i + units), at);
  return rows;
}

/** Rows of biases, each with half of what its unit's shift drops; a shift for each unit, or for each bias. */
function biases(values: Int16Array, biasShift: number, shifts: Uint8Array, units: number): Int32Array {
  const padded = paddedUnits(units);
  const rows = new Int32Array((values.length / units) * padded);
  values.forEach((bias, i) => {
    const half = halfOf(shifts[i % shifts.length]!);
    rows[Math.floor(i / units) * padded + (i % units)] = (bias << biasShift) + half;
  });
  return rows;
}

/** Layers' weights, each a row of `inputs` for each unit, as rows of pairs: of each pair of inputs the two of each unit. */
function pairs(weights: Int8Array | Int16Array, inputs: number, units: number): Int16Array {
  const [padded, layer] = [paddedUnits(units), paddedUnits(inputs) * paddedUnits(units)];
  const packed = new Int16Array((weights.length / inputs / units) * layer);
  for (let row = 0, from = 0; from < weights.length; row++) {
    const first = Math.floor(row / units) * layer + 2 * (row % units);
    for (let i = 0; i < inputs; i++, from++) packed[first + 2 * (i >> 1) * padded + (i & 1)] = weights[from]!;
  }
  return packed;
}

/**
 * What vectors of four units need for `clamp(x >> shift, 0, MAX_ACTIVATION)` without a shift for each lane: for each four the
 * largest values before it and the masks of the bits that it keeps, int32, and what is added, float32: the bits above the
 * shift are the sum's last.
 */
function scaling(shifts: Uint8Array): Int32Array {
  const integers = new Int32Array(3 * paddedUnits(shifts.length));
  const floats = new Float32Array(integers.buffer);
  shifts.forEach((shift, i) => {
    const at = 12 * (i >> 2) + (i & 3);
    integers[at] = Math.min(MAX_ACTIVATION * 2 ** shift, 2 ** 31 - 1);
    integers[at + 4] = -1 << shift;
    floats[at + 8] = 2 ** (23 + shift);
  });
  return integers;
}
