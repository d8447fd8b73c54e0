import { mixtureTables } from '../context/mixture-tables.js';
import type { ImageBatch } from '../image.js';
import type { PixelModel } from './pixel-model.js';

// FORMAT.md, "Pixel context model", written down once more: slow, plain, and in bigint where a product could grow.

/** An interval of the range coder. */
export type Interval = readonly [low: number, high: number];

const { powers, mantissas, logistic } = mixtureTables();
const clamp = (x: number, lo: number, hi: number): number => Math.max(lo, Math.min(hi, x));
const shifted = (a: number, s: number): number => Math.floor((a + (s === 0 ? 0 : 2 ** (s - 1))) / 2 ** s);
const divided = (a: number, b: number): number => Number(BigInt(a) / BigInt(b));

/** A value of a place, or 0 outside the image; channels in coding order. */
type At = (y: number, x: number, k: number) => number;

/** The intervals that code the values of one image, in their order. */
export function referenceIntervals(model: PixelModel, image: ImageBatch): Interval[] {
  const { channels, gridHeight, gridWidth } = model;
  const { height, width } = image;
  const order = channels === 4 ? [3, 0, 1, 2] : [0, 1, 2].slice(0, channels);
  const at: At = (y, x, k) =>
    y < 0 || x < 0 || x >= width ? 0 : image.data[(y * width + x) * channels + order[k]!]!;
  const found: Interval[] = [];
  const list: string[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = Math.floor(((2 * y + 1) * gridHeight) / (2 * height));
      const column = Math.floor(((2 * x + 1) * gridWidth) / (2 * width));
      const place = { model, at, y, x, width, position: row * gridWidth + column };
      if (model.copies) found.push(...copyIntervals(place, list));
      else for (let k = 0; k < channels; k++) found.push(...valueIntervals(place, k));
    }
  return found;
}

interface Place {
  readonly model: PixelModel;
  readonly at: At;
  readonly y: number;
  readonly x: number;
  readonly width: number;
  readonly position: number;
}

const outputsOf = ({ model, at, y, x, position }: Place, head: number): number[] =>
  network(model, inputsOf(model, at, y, x, head), position, head);

function valueIntervals(place: Place, k: number): Interval[] {
  const { model, at, y, x, width } = place;
  const bases = basesOf(at, y, x, k, width).slice(0, model.bases);
  return intervalsOf(outputsOf(place, k), model.components, bases, at(y, x, k));
}

const CANDIDATES = [
  [0, -1],
  [-1, 0],
  [-1, 1],
  [-1, -1],
] as const;

/** The intervals of a place where colours are copied; takes a new colour into the list. */
function copyIntervals(place: Place, list: string[]): Interval[] {
  const { model, at, y, x } = place;
  const colour = (dy: number, dx: number): string =>
    Array.from({ length: model.channels }, (_, k) => at(y + dy, x + dx, k)).join();
  const own = colour(0, 0);
  const around = CANDIDATES.map(([dy, dx]) => colour(dy, dx));
  const listed = list.slice(-256).filter((c) => !around.includes(c));
  const possible = [0, 1, 2, 3].filter((i) => around.indexOf(around[i]!) === i);
  if (listed.length > 0) possible.push(4);
  possible.push(5);
  const choice = around.includes(own) ? around.indexOf(own) : listed.includes(own) ? 4 : 5;
  const outputs = outputsOf(place, model.channels);
  const weights = weightsOf(possible.map((i) => outputs[i]!));
  const first = clamp(2 * weights[0]!, 1, 65535);
  if (choice === 0) return [[0, first]];
  const found: Interval[] = [[first, 65536]];
  found.push(oneOf(weights.slice(1), possible.indexOf(choice) - 1));
  if (choice === 4) found.push(...listedIntervals(place, listed));
  if (choice === 5) {
    for (let k = 0; k < model.channels; k++) found.push(...valueIntervals(place, k));
    list.push(own);
  }
  return found;
}

/** The intervals of a colour of the list: of each channel, the values that are still possible. */
function listedIntervals(place: Place, listed: readonly string[]): Interval[] {
  const { model, at, y, x, width } = place;
  let left = listed.map((colour) => colour.split(',').map(Number));
  const found: Interval[] = [];
  for (let k = 0; k < model.channels; k++) {
    const value = at(y, x, k);
    const values = [...new Set(left.map((colour) => colour[k]!))].sort((a, b) => a - b);
    if (values.length > 1) {
      const bases = basesOf(at, y, x, k, width).slice(0, model.bases);
      const masses = massesOf(outputsOf(place, k), model.components, bases);
      found.push(
        oneOf(
          values.map((v) => masses(v) >> 15),
          values.indexOf(value),
        ),
      );
    }
    left = left.filter((colour) => colour[k] === value);
  }
  return found;
}

/** The interval of one of some with these weights. */
function oneOf(weights: readonly number[], index: number): Interval {
  const sum = (count: number): number => weights.slice(0, count).reduce((total, w) => total + w + 1, 0);
  const edge = (count: number): number => divided(65536 * sum(count), sum(weights.length));
  return [edge(index), edge(index + 1)];
}

/** Left, above, above on the right, and the gradient of the three around; each replaced by its neighbour at an edge. */
function basesOf(
  at: (y: number, x: number, k: number) => number,
  y: number,
  x: number,
  k: number,
  width: number,
): number[] {
  const left = x > 0 ? at(y, x - 1, k) : at(y - 1, x, k);
  if (y === 0) return [left, left, left, left];
  const above = at(y - 1, x, k);
  const right = x + 1 < width ? at(y - 1, x + 1, k) : above;
  const corner = x > 0 ? at(y - 1, x - 1, k) : above;
  return [left, above, right, clamp(left + above - corner, 0, 255)];
}

/** Pairs of neighbours whose colours are compared. */
const DIFFERENCES = [
  [
    [0, -1],
    [-1, 0],
  ],
  [
    [0, -1],
    [-1, -1],
  ],
  [
    [-1, 0],
    [-1, 1],
  ],
  [
    [-1, 0],
    [-1, -1],
  ],
  [
    [0, -1],
    [0, -2],
  ],
  [
    [-1, 0],
    [-2, 0],
  ],
  [
    [-1, 1],
    [-1, 2],
  ],
  [
    [-1, 1],
    [-2, 1],
  ],
  [
    [0, -1],
    [-1, 1],
  ],
  [
    [-1, -1],
    [-2, -1],
  ],
] as const;

function inputsOf(
  { channels, radius, copies }: PixelModel,
  at: (y: number, x: number, k: number) => number,
  y: number,
  x: number,
  channel: number,
): number[] {
  const on = (yes: boolean): number => (yes ? 255 : 0);
  // How a place is coded is known before its channels are.
  const known = (k: number): boolean => k < channel && channel < channels;
  const inputs: number[] = [];
  for (let dy = -radius; dy <= 0; dy++)
    for (let dx = -radius; dx <= (dy < 0 ? radius : -1); dx++)
      for (let k = 0; k < channels; k++) inputs.push(at(y + dy, x + dx, k), on(at(y + dy, x + dx, k) > 0));
  for (let k = 0; k < channels; k++) inputs.push(on(at(y, x - 1, k) > 250));
  for (let k = 0; k < channels - 1; k++)
    inputs.push(known(k) ? at(y, x, k) : 0, on(known(k) && at(y, x, k) > 0));
  if (!copies) return inputs;
  const differ = (a: readonly [number, number], b: readonly [number, number]): boolean =>
    Array.from({ length: channels }, (_, k) => k).some(
      (k) => at(y + a[0], x + a[1], k) !== at(y + b[0], x + b[1], k),
    );
  for (const [a, b] of DIFFERENCES) inputs.push(on(differ(a, b)));
  for (let k = 0; k < channels - 1; k++)
    for (const [dy, dx] of CANDIDATES) inputs.push(on(known(k) && at(y, x, k) !== at(y + dy, x + dx, k)));
  return inputs;
}

function network(model: PixelModel, inputs: readonly number[], place: number, channel: number): number[] {
  const { hidden1, hidden2, components } = model;
  const [b1, b2, b3] = Array.from(model.biasShifts, (shift) => 2 ** shift);
  const first = Array.from({ length: hidden1 }, (_, j) => {
    const bias = model.positionBias[place * hidden1 + j]! + model.channelBias[channel * hidden1 + j]!;
    const sum = inputs.reduce(
      (total, input, row) => total + input * model.w1[row * hidden1 + j]!,
      b1! * bias,
    );
    return clamp(shifted(sum, model.shift1[j]!), 0, 4095);
  });
  const second = Array.from({ length: hidden2 }, (_, i) => {
    const bias = b2! * model.bias2[channel * hidden2 + i]!;
    const sum = first.reduce((total, h, j) => total + h * model.w2[i * hidden1 + j]!, bias);
    return clamp(shifted(sum, model.shift2[i]!), 0, 4095);
  });
  const outputs = 3 * components + 2;
  return Array.from({ length: outputs }, (_, t) => {
    const at = channel * outputs + t;
    const bias = b3! * model.bias3[at]!;
    const sum = second.reduce((total, h, i) => total + h * model.w3[at * hidden2 + i]!, bias);
    return clamp(shifted(sum, model.shift3[at]!), -(2 ** 19), 2 ** 19);
  });
}

/** The weights of logarithms, with the sum 32768. */
function weightsOf(logarithms: readonly number[]): number[] {
  const most = Math.max(...logarithms);
  const parts = logarithms.map((logarithm) => {
    const below = most - logarithm;
    return below >> 8 > 15 ? 0 : powers[below % 256]! >> (below >> 8);
  });
  const sum = parts.reduce((total, part) => total + part, 0);
  const weights = parts.map((part) => divided(32768 * part, sum));
  weights[logarithms.indexOf(most)]! += 32768 - weights.reduce((total, weight) => total + weight, 0);
  return weights;
}

function logisticAt(edge: number, mean: number, sharpness: number): number {
  const distance = clamp(edge - mean, -(2 ** 17), 2 ** 17);
  const mantissa = mantissas[((sharpness % 256) + 256) % 256]!;
  const scaled = Math.floor((distance * mantissa) / 2 ** (6 - Math.floor(sharpness / 256)));
  const z = clamp(scaled, -16383, 16383) + 16384;
  const low = logistic[z >> 5]!;
  return low + (((logistic[(z >> 5) + 1]! - low) * (z % 32)) >> 5);
}

/** The distribution that the outputs describe. */
function distributionOf(outputs: readonly number[], components: number, bases: readonly number[]) {
  const weights = weightsOf([...outputs.slice(0, components), ...outputs.slice(3 * components)]);
  const [zero, white] = [weights[components]!, weights[components + 1]!];
  const below = (v: number): number =>
    weights.slice(0, components).reduce((sum, weight, i) => {
      const mean = 256 * bases[i % bases.length]! + outputs[components + i]!;
      return (
        sum + weight * logisticAt((2 * v - 1) * 128, mean, clamp(outputs[2 * components + i]!, -2048, 1535))
      );
    }, 0);
  const third = divided(32768 * white, 3);
  const z = 32768 * zero + below(1);
  return { below, third, z, inside: below(255) - below(1) + 2 * third };
}

/** Of 2^30 the probability of each value. */
function massesOf(outputs: readonly number[], components: number, bases: readonly number[]) {
  const { below, third, z, inside } = distributionOf(outputs, components, bases);
  return (v: number): number => {
    if (v === 0) return z;
    if (v === 255) return Math.max(0, 2 ** 30 - z - Math.max(1, inside));
    return below(v + 1) - below(v) + (v >= 253 ? third : 0);
  };
}

/** The intervals of one value under the distribution that the outputs describe. */
export function intervalsOf(
  outputs: readonly number[],
  components: number,
  bases: readonly number[],
  value: number,
): Interval[] {
  const { below, third, z, inside } = distributionOf(outputs, components, bases);
  const f0 = clamp(z >> 14, 1, 65535);
  if (value === 0) return [[0, f0]];
  const f255 = clamp(divided((2 ** 30 - z - inside) * 65536, Math.max(1, 2 ** 30 - z)), 1, 65535);
  if (value === 255)
    return [
      [f0, 65536],
      [0, f255],
    ];
  const c = (v: number): number => {
    if (v === 1 || v === 255) return v === 1 ? 0 : 65536;
    const mass = below(v) - below(1) + (v === 254 ? third : 0);
    return v - 1 + divided(mass * 65282, Math.max(1, inside));
  };
  return [
    [f0, 65536],
    [f255, 65536],
    [c(value), c(value + 1)],
  ];
}
