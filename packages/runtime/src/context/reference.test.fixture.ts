import type { ItemShape } from '../image.js';
import type { ContextModel } from './context-model.js';

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
/** (sum + half) >> shift with exact floats: an accumulator that left int32 would show. */
const shifted = (sum: number, shift: number): number =>
  Math.floor((sum + (shift === 0 ? 0 : 2 ** (shift - 1))) / 2 ** shift);

/**
 * FORMAT.md, "Context model", word for word and slowly: the cumulative frequencies of every symbol of one latent, in
 * the order in which they are coded.
 *
 * @param scales of the quality's channels: units in a symbol, in 1/64.
 */
export function referenceFrequencies(
  model: ContextModel,
  scales: readonly number[],
  quality: number,
  symbols: Int32Array,
  { channels, height, width }: ItemShape,
): number[][] {
  const found: number[][] = [];
  const input = (y: number, x: number, k: number): number => {
    if (y < 0 || y >= height || x < 0 || x >= width) return 0;
    const symbol = clamp(symbols[(k * height + y) * width + x]!, -2047, 2047);
    return clamp(Math.floor((symbol * scales[k]! + 32) / 64), -2047, 2047);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inputs = neighbours(model.radius).flatMap(([dy, dx]) =>
        Array.from({ length: channels }, (_, k) => input(y + dy, x + dx, k)),
      );
      const row = Math.floor(((2 * y + 1) * model.gridHeight) / (2 * height));
      const column = Math.floor(((2 * x + 1) * model.gridWidth) / (2 * width));
      for (let k = 0; k < channels; k++) {
        if (scales[k] === 0) continue;
        const known = Array.from({ length: k }, (_, earlier) => input(y, x, earlier));
        const position = row * model.gridWidth + column;
        const outputs = network(model, [...inputs, ...known], quality, position, k);
        found.push(frequencies(model, outputs, scales[k]!, quality, k));
      }
    }
  }
  return found;
}

function neighbours(radius: number): [dy: number, dx: number][] {
  const found: [number, number][] = [];
  for (let dy = -radius; dy <= 0; dy++) {
    for (let dx = -radius; dx <= (dy === 0 ? -1 : radius); dx++) found.push([dy, dx]);
  }
  return found;
}

function network(
  model: ContextModel,
  inputs: readonly number[],
  quality: number,
  position: number,
  k: number,
): number[] {
  const { hidden1, hidden2, components } = model;
  const first = Array.from({ length: hidden1 }, (_, j) => {
    const biases =
      model.qualityBias[quality * hidden1 + j]! +
      model.positionBias[position * hidden1 + j]! +
      model.channelBias[k * hidden1 + j]!;
    const sum = inputs.reduce((total, x, i) => total + x * model.w1[i * hidden1 + j]!, biases);
    return clamp(shifted(sum, model.shift1[j]!), 0, 4095);
  });
  const second = Array.from({ length: hidden2 }, (_, i) => {
    const bias = 64 * model.bias2[k * hidden2 + i]!;
    const sum = first.reduce((total, h, j) => total + h * model.w2[i * hidden1 + j]!, bias);
    return clamp(shifted(sum, model.shift2[i]!), 0, 4095);
  });
  return Array.from({ length: 3 * components }, (_, m) => {
    const at = k * 3 * components + m;
    const sum = second.reduce(
      (total, h, i) => total + h * model.w3[at * hidden2 + i]!,
      64 * model.bias3[at]!,
    );
    return clamp(shifted(sum, model.shift3[at]!), -(2 ** 19), 2 ** 19);
  });
}

function frequencies(
  model: ContextModel,
  outputs: readonly number[],
  scale: number,
  quality: number,
  k: number,
): number[] {
  const { components } = model;
  const logarithms = outputs.slice(0, components);
  const largest = Math.max(...logarithms);
  const powers = logarithms.map((a) => {
    const d = largest - a;
    return d >> 8 > 15 ? 0 : Math.round(32768 * 2 ** (-(d & 255) / 256)) >> (d >> 8);
  });
  const sum = powers.reduce((a, b) => a + b, 0);
  const weights = powers.map((power) => Math.floor((power * 32768) / sum));
  weights[logarithms.indexOf(largest)]! += 32768 - weights.reduce((a, b) => a + b, 0);
  const lowest = Math.floor((64 * model.ranges[2 * k]!) / scale);
  const entries = Math.ceil((64 * model.ranges[2 * k + 1]!) / scale) - lowest + 3;
  return Array.from({ length: entries + 1 }, (_, i) => {
    if (i === 0) return 0;
    if (i === entries) return 65536;
    const total = weights.reduce((all, weight, c) => {
      const mean = Math.floor((64 * outputs[components + c]!) / scale);
      const log =
        outputs[2 * components + c]! +
        model.log2Scales[model.scales ? quality * model.channels + k : quality]!;
      return all + weight * logistic((2 * (lowest + i - 1) - 1) * 128 - mean, clamp(log, -1024, 1535));
    }, 0);
    return i + Math.floor((Math.floor(total / 2 ** 14) * (65536 - entries)) / 65536);
  });
}

function logistic(distance: number, logarithm: number): number {
  const mantissa = Math.round(256 * 2 ** ((logarithm & 255) / 256));
  const product = clamp(distance, -(2 ** 17), 2 ** 17) * mantissa;
  const z = clamp(Math.floor(product / 2 ** (6 - (logarithm >> 8))), -16383, 16383) + 16384;
  const value = (i: number): number => Math.round(32768 / (1 + Math.exp(-(32 * i - 16384) / 1024)));
  const i = z >> 5;
  return value(i) + Math.floor(((value(i + 1) - value(i)) * (z & 31)) / 32);
}
