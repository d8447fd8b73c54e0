import { neighbourCount } from '../context/context-model.js';
import { mixtureTables } from '../context/mixture-tables.js';
import { halfOf } from '../context/plain-kernel.js';
import { fillScaling, roundUp } from '../context/vector-layout.js';
import type { PixelInstance } from './pixel-instance.js';
import { type PixelModel, pixelHeads, pixelOutputs } from './pixel-model.js';
import { pairStarts, pairWeights } from './pixel-pairs.js';
import { PIECE_VALUES } from './pixel-walker.js';

/** Units that the kernels find at a time. */
const BLOCK = 16;
/** Most bytes of a block with what is around it: one of a single column takes most. */
const windowBytes = ({ radius, channels }: PixelModel): number =>
  (PIECE_VALUES + channels * radius) * (2 * radius + 1);

/** Byte addresses of everything in the memory, in the order of kernels/pixels/model.ts, each a multiple of 16. */
export type PixelLayout = ReturnType<typeof pixelLayout>;

/** Lays a model out from an address on; `end` is the first address behind it. */
export function pixelLayout(model: PixelModel, start: number) {
  const { hidden1, hidden2, gridHeight, gridWidth } = model;
  const heads = pixelHeads(model);
  const [units1, units2] = [roundUp(hidden1, BLOCK), roundUp(hidden2, BLOCK)];
  const units3 = roundUp(pixelOutputs(model), BLOCK);
  const places = gridHeight * gridWidth;
  let end = roundUp(start, 16);
  const take = (bytes: number): number => {
    const at = end;
    end = roundUp(end + bytes, 16);
    return at;
  };
  const addresses = {
    w1: take(pairStarts(model).end * units1 * 4),
    positionBias: take(places * units1 * 2),
    bias1: take(heads * units1 * 4),
    scaling1: take(units1 * 12),
    w2: take(units1 * units2 * 2),
    bias2: take(heads * units2 * 4),
    scaling2: take(units2 * 12),
    w3: take(heads * units2 * units3 * 2),
    bias3: take(heads * units3 * 4),
    shift3: take(heads * pixelOutputs(model)),
    blank: take(places * Math.max(heads, 2) * 2),
    gridRows: take(PIECE_VALUES * 4),
    gridColumns: take(PIECE_VALUES * 4),
    window: take(windowBytes(model)),
    powers: take(256 * 2),
    mantissas: take(256 * 2),
    logistic: take(1025 * 2),
  };
  return { units1, units2, units3, addresses, end };
}

/** Writes a model to an instance's memory. What is beyond a layer's own units stays 0. */
export function fillPixelMemory(model: PixelModel, layout: PixelLayout, instance: PixelInstance): void {
  const { memory } = instance;
  const missing = layout.end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const { channels, radius, components, bases, biasShifts, copies } = model;
  const { units1, units2, units3, addresses } = layout;
  const sizes = [channels, radius, units1, units2, units3, components, bases, biasShifts[0]!, Number(copies)];
  new Int32Array(memory.buffer, instance.model).set([...sizes, ...Object.values(addresses)]);
  fillFirst(model, layout, memory.buffer);
  fillSecond(model, layout, memory.buffer);
  fillThird(model, layout, memory.buffer);
  const tables = mixtureTables();
  for (const name of ['powers', 'mantissas', 'logistic'] as const)
    new Uint16Array(memory.buffer, addresses[name]).set(tables[name]);
}

function fillFirst(model: PixelModel, { units1, addresses }: PixelLayout, memory: ArrayBuffer): void {
  const { hidden1, shift1, biasShifts, channelBias, positionBias } = model;
  const pairs = new Int16Array(memory, addresses.w1, 2 * pairStarts(model).end * units1);
  pairWeights(model, pairs, units1);
  if (model.channels === 4) alphaLast(pairs, 2 * units1, model.radius);
  const positions = new Int16Array(memory, addresses.positionBias);
  for (let i = 0, at = 0; i < positionBias.length; i += hidden1, at += units1)
    positions.set(positionBias.subarray(i, i + hidden1), at);
  fillBiases(channelBias, biasShifts[0]!, shift1, new Int32Array(memory, addresses.bias1));
  fillScaling(shift1, shifting, memory, addresses.scaling1);
}

/** Brings the neighbours' pairs and the white indicators' from coding order into that of stored pixels. */
function alphaLast(pairs: Int16Array, length: number, radius: number): void {
  const groups = neighbourCount(radius) + 1;
  for (let at = 0; at < 4 * groups * length; at += 4 * length) {
    const alpha = pairs.slice(at, at + length);
    pairs.copyWithin(at, at + length, at + 4 * length);
    pairs.set(alpha, at + 3 * length);
  }
}

function fillSecond(model: PixelModel, { addresses }: PixelLayout, memory: ArrayBuffer): void {
  const { w2, hidden1, hidden2, bias2, shift2, biasShifts } = model;
  packPairs(w2, hidden1, hidden2, new Int16Array(memory, addresses.w2));
  fillBiases(bias2, biasShifts[1]!, shift2, new Int32Array(memory, addresses.bias2));
  fillScaling(shift2, shifting, memory, addresses.scaling2);
}

function fillThird(model: PixelModel, { units2, units3, addresses }: PixelLayout, memory: ArrayBuffer): void {
  const { w3, hidden2, bias3, shift3, biasShifts } = model;
  const outputs = pixelOutputs(model);
  for (let head = 0; head < pixelHeads(model); head++) {
    const [start, end] = [head * outputs, (head + 1) * outputs];
    const weights = new Int16Array(memory, addresses.w3 + 2 * head * units2 * units3);
    packPairs(w3.subarray(start * hidden2, end * hidden2), hidden2, outputs, weights);
    const biases = new Int32Array(memory, addresses.bias3 + 4 * head * units3);
    fillBiases(bias3.subarray(start, end), biasShifts[2]!, shift3.subarray(start, end), biases);
  }
  new Uint8Array(memory, addresses.shift3).set(shift3);
}

/** Rows of biases, each with half of what its unit's shift drops. */
function fillBiases(biases: Int16Array, biasShift: number, shifts: Uint8Array, filled: Int32Array): void {
  const [units, padded] = [shifts.length, roundUp(shifts.length, BLOCK)];
  biases.forEach((bias, i) => {
    filled[Math.floor(i / units) * padded + (i % units)] = (bias << biasShift) + halfOf(shifts[i % units]!);
  });
}

/** `activation` adds it: the bits above the shift are the sum's last. */
const shifting = (shift: number): number => 2 ** (23 + shift);

/** Orders a layer's weights, a row of `inputs` for each unit: of each pair of inputs the two of each unit. */
function packPairs(weights: Int16Array, inputs: number, units: number, packed: Int16Array): void {
  const padded = roundUp(units, BLOCK);
  for (let unit = 0; unit < units; unit++)
    for (let i = 0; i < inputs; i++)
      packed[2 * ((i >> 1) * padded + unit) + (i & 1)] = weights[unit * inputs + i]!;
}
