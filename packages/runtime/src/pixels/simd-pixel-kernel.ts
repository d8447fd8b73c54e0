import { halfOf, limited } from '../context/plain-kernel.js';
import { BLOCK, createSimdInstance } from '../context/simd-functions.js';
import { fillScaling, packDense, roundUp } from '../context/simd-kernel.js';
import { INDICATOR, type PixelKernel, pairCount, pairWeights } from './pixel-kernel.js';
import { type PixelModel, pixelOutputs } from './pixel-model.js';
import { startPixelSums } from './plain-pixel-kernel.js';
import { type PixelFunctions, pixelModule } from './simd-pixel-functions.js';

/**
 * The kernel in WebAssembly, 128 bits at a time: the same integers as the plain one, because sums of integers that stay
 * in int32 do not depend on their order. To be called only where it runs.
 */
export function createSimdPixelKernel(model: PixelModel): PixelKernel {
  const at = layoutOf(model);
  const { functions, memory } = createSimdInstance<PixelFunctions>(pixelModule(), at.bytes);
  const { addPairs, dense, activate } = functions;
  const { biasShifts, bias3, shift3 } = model;
  const outputs = new Int32Array(pixelOutputs(model));
  const sums1 = new Int32Array(memory, at.sums1, at.units1);
  const sums3 = new Int32Array(memory, at.sums3, at.units3);
  const inputs = new Int32Array(memory, at.inputs, 2 * at.pairs);
  fillMemory(model, at, memory);
  let waiting = 0;
  const addWaiting = (): void => {
    if (waiting > 0) addPairs(at.sums1, at.inputs, waiting, at.units1 / BLOCK);
    waiting = 0;
  };
  return {
    name: 'simd',
    outputs,
    start: (position) => {
      waiting = 0;
      startPixelSums(model, position, sums1);
    },
    add: (pair, value) => {
      if (waiting === at.pairs) addWaiting();
      inputs[2 * waiting] = at.w1 + pair * at.units1 * 4;
      inputs[2 * waiting + 1] = value | (INDICATOR << 16);
      waiting++;
    },
    run: (channel) => {
      addWaiting();
      activate(at.sums1, at.biases1 + channel * at.units1 * 4, at.scaling1, at.hidden1, at.units1 / 8);
      dense(at.hidden1, at.w2, at.sums2, at.units1 / 2, at.units2 / BLOCK);
      activate(at.sums2, at.biases2 + channel * at.units2 * 4, at.scaling2, at.hidden2, at.units2 / 8);
      const weights = at.w3 + channel * at.units3 * at.units2 * 2;
      dense(at.hidden2, weights, at.sums3, at.units2 / 2, at.units3 / BLOCK);
      for (let i = 0, own = channel * outputs.length; i < outputs.length; i++, own++)
        outputs[i] = limited(sums3[i]! + (bias3[own]! << biasShifts[2]!), shift3[own]!);
    },
  };
}

type Layout = ReturnType<typeof layoutOf>;

/** Byte addresses of everything in the memory, each a multiple of 16; sizes rounded up to whole blocks. */
function layoutOf(model: PixelModel) {
  const { channels, hidden1, hidden2 } = model;
  const units1 = roundUp(hidden1, BLOCK);
  const units2 = roundUp(hidden2, BLOCK);
  const units3 = roundUp(pixelOutputs(model), BLOCK);
  const pairs = pairCount(model);
  let bytes = 0;
  const take = (count: number, bytesEach: number): number => {
    const start = bytes;
    bytes = roundUp(bytes + count * bytesEach, 16);
    return start;
  };
  const places = {
    w1: take(pairs * units1, 4),
    w2: take(units2 * units1, 2),
    w3: take(channels * units3 * units2, 2),
    biases1: take(channels * units1, 4),
    biases2: take(channels * units2, 4),
    scaling1: take(3 * units1, 4),
    scaling2: take(3 * units2, 4),
    inputs: take(2 * pairs, 4),
    sums1: take(units1, 4),
    sums2: take(units2, 4),
    sums3: take(units3, 4),
    hidden1: take(units1, 2),
    hidden2: take(units2, 2),
  };
  return { units1, units2, units3, pairs, ...places, bytes };
}

/** What is beyond a layer's own units stays 0: those units come out as 0, and have weights of 0. */
function fillMemory(model: PixelModel, layout: Layout, memory: ArrayBuffer): void {
  const { channels, hidden1, hidden2, shift1, shift2, biasShifts } = model;
  pairWeights(model, new Int16Array(memory, layout.w1), layout.units1);
  packDense(model.w2, hidden1, hidden2, new Int16Array(memory, layout.w2), layout.units1);
  for (let channel = 0, outputs = pixelOutputs(model); channel < channels; channel++) {
    const own = model.w3.subarray(channel * outputs * hidden2, (channel + 1) * outputs * hidden2);
    const start = layout.w3 + channel * layout.units3 * layout.units2 * 2;
    packDense(own, hidden2, outputs, new Int16Array(memory, start), layout.units2);
  }
  fillBiases(
    model.channelBias,
    biasShifts[0]!,
    shift1,
    new Int32Array(memory, layout.biases1),
    layout.units1,
  );
  fillBiases(model.bias2, biasShifts[1]!, shift2, new Int32Array(memory, layout.biases2), layout.units2);
  fillScaling(shift1, memory, layout.scaling1);
  fillScaling(shift2, memory, layout.scaling2);
}

/** A row of biases for each channel, each with half of what its unit's shift drops. */
function fillBiases(
  biases: Int16Array,
  biasShift: number,
  shifts: Uint8Array,
  filled: Int32Array,
  padded: number,
): void {
  const units = shifts.length;
  biases.forEach((bias, i) => {
    filled[Math.floor(i / units) * padded + (i % units)] = (bias << biasShift) + halfOf(shifts[i % units]!);
  });
}
