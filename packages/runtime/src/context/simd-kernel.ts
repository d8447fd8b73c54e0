import { BIAS_UNIT, type ContextModel } from './context-model.js';
import type { ContextKernel } from './kernel.js';
import { halfOf, limited, startSums } from './plain-kernel.js';
import { BLOCK, createSimdInstance, type SimdFunctions, simdModule } from './simd-functions.js';
import { fillScaling, roundUp } from './vector-layout.js';

/**
 * The kernel in WebAssembly, 128 bits at a time: the same integers as the plain one, because sums of integers that stay
 * in int32 do not depend on their order. To be called only where it runs.
 */
export function createSimdKernel(model: ContextModel): ContextKernel {
  const at = layoutOf(model);
  const { functions, memory } = createSimdInstance<SimdFunctions>(simdModule(), at.bytes);
  const { addRows, dense, activate } = functions;
  const { bias3, shift3 } = model;
  const outputs = new Int32Array(3 * model.components);
  const sums1 = new Int32Array(memory, at.sums1, at.units1);
  const sums3 = new Int32Array(memory, at.sums3, at.units3);
  const rows = new Int32Array(memory, at.rows, 2 * at.mostRows);
  fillMemory(model, at, memory);
  let waiting = 0;
  const addWaiting = (): void => {
    if (waiting > 0) addRows(at.sums1, at.rows, waiting, at.units1 / BLOCK);
    waiting = 0;
  };
  return {
    name: 'simd',
    outputs,
    start: (quality, position) => {
      waiting = 0;
      startSums(model, quality, position, sums1);
    },
    add: (input, value) => {
      if (waiting === at.mostRows) addWaiting();
      rows[2 * waiting] = at.w1 + input * at.units1 * 2;
      rows[2 * waiting + 1] = value & 0xffff;
      waiting++;
    },
    run: (channel) => {
      addWaiting();
      activate(at.sums1, at.biases1 + channel * at.units1 * 4, at.scaling1, at.hidden1, at.units1 / 8);
      dense(at.hidden1, at.w2, at.sums2, at.units1 / 2, at.units2 / BLOCK);
      activate(at.sums2, at.biases2 + channel * at.units2 * 4, at.scaling2, at.hidden2, at.units2 / 8);
      const weights = at.w3 + channel * at.units3 * at.units2 * 2;
      dense(at.hidden2, weights, at.sums3, at.units2 / 2, at.units3 / BLOCK);
      for (let i = 0, own = channel * outputs.length; i < outputs.length; i++, own++) {
        outputs[i] = limited(sums3[i]! + BIAS_UNIT * bias3[own]!, shift3[own]!);
      }
    },
  };
}

type Layout = ReturnType<typeof layoutOf>;

/** Byte addresses of everything in the memory, each a multiple of 16; sizes rounded up to whole blocks. */
function layoutOf({ channels, hidden1, hidden2, components, w1 }: ContextModel) {
  const units1 = roundUp(hidden1, BLOCK);
  const units2 = roundUp(hidden2, BLOCK);
  const units3 = roundUp(3 * components, BLOCK);
  const mostRows = w1.length / hidden1;
  let bytes = 0;
  const take = (count: number, bytesEach: number): number => {
    const start = bytes;
    bytes = roundUp(bytes + count * bytesEach, 16);
    return start;
  };
  const places = {
    w1: take(mostRows * units1, 2),
    w2: take(units2 * units1, 2),
    w3: take(channels * units3 * units2, 2),
    biases1: take(channels * units1, 4),
    biases2: take(channels * units2, 4),
    scaling1: take(3 * units1, 4),
    scaling2: take(3 * units2, 4),
    rows: take(2 * mostRows, 4),
    sums1: take(units1, 4),
    sums2: take(units2, 4),
    sums3: take(units3, 4),
    hidden1: take(units1, 2),
    hidden2: take(units2, 2),
  };
  return { units1, units2, units3, mostRows, ...places, bytes };
}

/** What is beyond a layer's own units stays 0: those units come out as 0, and have weights of 0. */
function fillMemory(model: ContextModel, layout: Layout, memory: ArrayBuffer): void {
  const { channels, hidden1, hidden2, components, shift1, shift2 } = model;
  const rows = new Int16Array(memory, layout.w1);
  model.w1.forEach((weight, i) => {
    rows[Math.floor(i / hidden1) * layout.units1 + (i % hidden1)] = weight;
  });
  packDense(model.w2, hidden1, hidden2, new Int16Array(memory, layout.w2), layout.units1);
  for (let channel = 0, outputs = 3 * components; channel < channels; channel++) {
    const own = model.w3.subarray(channel * outputs * hidden2, (channel + 1) * outputs * hidden2);
    const start = layout.w3 + channel * layout.units3 * layout.units2 * 2;
    packDense(own, hidden2, outputs, new Int16Array(memory, start), layout.units2);
  }
  const biases1 = new Int32Array(memory, layout.biases1);
  model.channelBias.forEach((bias, i) => {
    biases1[Math.floor(i / hidden1) * layout.units1 + (i % hidden1)] = bias + halfOf(shift1[i % hidden1]!);
  });
  const biases2 = new Int32Array(memory, layout.biases2);
  model.bias2.forEach((bias, i) => {
    biases2[Math.floor(i / hidden2) * layout.units2 + (i % hidden2)] =
      BIAS_UNIT * bias + halfOf(shift2[i % hidden2]!);
  });
  fillScaling(shift1, inverse, memory, layout.scaling1);
  fillScaling(shift2, inverse, memory, layout.scaling2);
}

/** `activate` multiplies by it. */
const inverse = (shift: number): number => 2 ** -shift;

/** Orders a layer's weights as `dense` reads them; a row of `inputs` for each unit, `padded` inputs in the memory. */
function packDense(
  weights: Int8Array | Int16Array,
  inputs: number,
  units: number,
  packed: Int16Array,
  padded: number,
): void {
  for (let unit = 0; unit < units; unit++) {
    const block = Math.floor(unit / BLOCK) * padded * BLOCK + (unit % BLOCK) * 2;
    for (let i = 0; i < inputs; i++) {
      packed[block + (i >> 1) * BLOCK * 2 + (i & 1)] = weights[unit * inputs + i]!;
    }
  }
}
