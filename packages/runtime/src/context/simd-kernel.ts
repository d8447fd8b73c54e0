import { BIAS_UNIT, type ContextModel } from './context-model.js';
import type { ContextKernel } from './kernel.js';
import { halfOf, limited, startSums } from './plain-kernel.js';
import { BLOCK, createSimdInstance, type SimdFunctions, type SimdInstance } from './simd-functions.js';

/**
 * The kernel in WebAssembly, 128 bits at a time: the same integers as the plain one, because sums of integers that stay
 * in int32 do not depend on their order. To be called only where it runs.
 */
export function createSimdKernel(model: ContextModel): ContextKernel {
  const layout = new Layout(model);
  return new SimdKernel(model, layout, createSimdInstance(layout.bytes));
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Byte addresses of everything in the memory, each a multiple of 16; sizes rounded up to whole vectors and blocks. */
class Layout {
  readonly units1: number;
  readonly units2: number;
  readonly units3: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly biases1: number;
  readonly biases2: number;
  readonly shifts1: number;
  readonly shifts2: number;
  readonly sums1: number;
  readonly sums2: number;
  readonly sums3: number;
  readonly hidden1: number;
  readonly hidden2: number;
  readonly bytes: number;

  constructor({ channels, hidden1, hidden2, components, w1 }: ContextModel) {
    this.units1 = roundUp(hidden1, 4);
    this.units2 = roundUp(hidden2, BLOCK);
    this.units3 = roundUp(3 * components, BLOCK);
    let end = 0;
    const take = (count: number, bytesEach: number): number => {
      const start = end;
      end = roundUp(end + count * bytesEach, 16);
      return start;
    };
    this.w1 = take((w1.length / hidden1) * this.units1, 2);
    this.w2 = take(this.units2 * this.units1, 2);
    this.w3 = take(channels * this.units3 * this.units2, 2);
    this.biases1 = take(channels * this.units1, 4);
    this.biases2 = take(channels * this.units2, 4);
    this.shifts1 = take(this.units1, 4);
    this.shifts2 = take(this.units2, 4);
    this.sums1 = take(this.units1, 4);
    this.sums2 = take(this.units2, 4);
    this.sums3 = take(this.units3, 4);
    this.hidden1 = take(this.units1, 2);
    this.hidden2 = take(this.units2, 2);
    this.bytes = end;
  }
}

class SimdKernel implements ContextKernel {
  readonly name = 'simd';
  readonly outputs: Int32Array;
  readonly #model: ContextModel;
  readonly #layout: Layout;
  readonly #functions: SimdFunctions;
  readonly #sums1: Int32Array;
  readonly #sums3: Int32Array;

  constructor(model: ContextModel, layout: Layout, { functions, memory }: SimdInstance) {
    this.#model = model;
    this.#layout = layout;
    this.#functions = functions;
    this.outputs = new Int32Array(3 * model.components);
    this.#sums1 = new Int32Array(memory, layout.sums1, layout.units1);
    this.#sums3 = new Int32Array(memory, layout.sums3, layout.units3);
    fillMemory(model, layout, memory);
  }

  start(quality: number, position: number): void {
    startSums(this.#model, quality, position, this.#sums1);
  }

  add(input: number, value: number): void {
    const { sums1, w1, units1 } = this.#layout;
    this.#functions.addRow(sums1, w1 + input * units1 * 2, value, units1 / 4);
  }

  run(channel: number): void {
    const at = this.#layout;
    const { dense, activate } = this.#functions;
    activate(at.sums1, at.biases1 + channel * at.units1 * 4, at.shifts1, at.hidden1, at.units1);
    dense(at.hidden1, at.w2, at.sums2, at.units1 / 2, at.units2 / BLOCK);
    activate(at.sums2, at.biases2 + channel * at.units2 * 4, at.shifts2, at.hidden2, at.units2);
    const weights = at.w3 + channel * at.units3 * at.units2 * 2;
    dense(at.hidden2, weights, at.sums3, at.units2 / 2, at.units3 / BLOCK);
    this.#limit(channel);
  }

  #limit(channel: number): void {
    const { outputs } = this;
    const { bias3, shift3 } = this.#model;
    for (let i = 0, own = channel * outputs.length; i < outputs.length; i++, own++) {
      outputs[i] = limited(this.#sums3[i]! + BIAS_UNIT * bias3[own]!, shift3[own]!);
    }
  }
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
  new Int32Array(memory, layout.shifts1, hidden1).set(shift1);
  new Int32Array(memory, layout.shifts2, hidden2).set(shift2);
}

/** Orders a layer's weights as `dense` reads them; a row of `inputs` for each unit, `padded` inputs in the memory. */
function packDense(
  weights: Int8Array,
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
