import type { Constant } from '../constant.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';
import {
  addProduct,
  type Bounds,
  type Columns,
  flat,
  floatsOf,
  fusedBounds,
  packWeights,
} from './product.js';
import { readWindow, spaceOf, type Window, windowsIn } from './window.js';

/** Where each k's inputs lie for the columns of a product. */
interface Source {
  /** The address of the first input. */
  readonly from: number;
  /** Bytes from a channel to the next. */
  readonly channel: number;
  /** Bytes from a place of the window to another, in the order of the kernel's places. */
  readonly places: readonly number[];
  readonly columns: Columns;
}

/** The tensor, its sizes and the window of a convolution. */
interface Geometry {
  readonly input: Tensor;
  readonly count: number;
  readonly channels: number;
  readonly space: readonly number[];
  readonly output: readonly number[];
  readonly window: Window;
}

/** How far a place of a window lies from its first. */
interface Shift {
  readonly y: number;
  readonly x: number;
}

/** Columns of a line below which all lines are gathered into one. */
const SHORT_LINE = 8;

const isOne = (list: readonly number[]): boolean => list.every((size) => size === 1);
const isZero = (list: readonly number[]): boolean => list.every((size) => size === 0);
const last = (list: readonly number[]): [number, number] => [list[1]!, list[2]!];

/** Conv with constant weights, in one to three axes of space. */
export const convolution: Operator = (node) => {
  const weights = node.requireConstant(1);
  const input = node.tensor(0);
  const { group, rows, channels } = checkedWeights(node, input, weights);
  const space = spaceOf(node, input.dims);
  const kernel = weights.dims.slice(2);
  const window = readWindow(node, kernel.length, kernel, space);
  const output = windowsIn(node, space, window);
  const bounds = fusedBounds(node);
  const dims = [input.dims[0]!, rows * group, ...output.slice(output.length - kernel.length)];
  const result = node.create(dims, { order: 'cn' });
  const geometry = { input, count: input.dims[0]!, channels: channels * group, space, output, window };
  const source = sourceOf(node, geometry);
  const first = keptBias(node, rows * group);
  const packed = keptWeights(node, weights, group, rows);
  addProducts(node, { source, geometry, group, rows, first, packed, result, bounds });
  node.give(result);
};

function checkedWeights(node: NodePlan, input: Tensor, weights: Constant) {
  const group = node.integer('group', 1, 1, 1 << 16);
  const [filters = 0, channels = 0] = weights.dims;
  if (weights.dims.length !== input.dims.length || weights.dims.length < 3)
    throw node.invalid(`has weights of ${weights.dims.join('×')} for an input of ${input.dims.join('×')}`);
  if (channels * group !== input.dims[1] || filters % group !== 0 || weights.data.length === 0)
    throw node.invalid(`has weights of ${weights.dims.join('×')} for ${input.dims[1]} channels`);
  return { group, rows: filters / group, channels };
}

function keptBias(node: NodePlan, rows: number): number {
  const bias = node.constant(2);
  if (bias === undefined) return node.keep(`zeros ${rows}`, () => new Float32Array(rows));
  if (bias.data.length !== rows) throw node.invalid(`has ${bias.data.length} biases for ${rows} filters`);
  return node.keep(bias, () => floatsOf(node, bias, 'bias'));
}

/** The address of each group's weights. */
function keptWeights(node: NodePlan, weights: Constant, group: number, rows: number): number[] {
  const data = floatsOf(node, weights, 'weight');
  const length = data.length / (rows * group);
  return Array.from({ length: group }, (_, g) =>
    node.keep(`weights ${g} ${node.node.outputs[0]}`, () =>
      packWeights(rows, length, (row, k) => data[(g * rows + row) * length + k]!),
    ),
  );
}

interface Products {
  readonly source: Source;
  readonly geometry: Geometry;
  readonly group: number;
  readonly rows: number;
  readonly first: number;
  readonly packed: readonly number[];
  readonly result: Tensor;
  readonly bounds: Bounds;
}

function addProducts(node: NodePlan, parts: Products): void {
  const { source, geometry, group, rows, first, packed, result, bounds } = parts;
  const { count, channels, output } = geometry;
  const own = channels / group;
  const table = Array.from({ length: own }, (_, c) =>
    source.places.map((place) => c * source.channel + place),
  ).flat();
  const at = node.keep(`table ${table}`, () => Int32Array.from(table));
  const toRow = 4 * count * sizeOf(output);
  for (let g = 0; g < group; g++) {
    const from = source.from + g * own * source.channel;
    const to = result.storage.at + g * rows * toRow;
    const product = {
      weights: packed[g]!,
      first: first + 4 * g * rows,
      rows,
      table: at,
      length: table.length,
      from,
      to,
      toRow,
    };
    addProduct(node, product, source.columns, bounds);
  }
}

function sourceOf(node: NodePlan, geometry: Geometry): Source {
  const { window, output, count } = geometry;
  if (isOne(window.kernel) && isOne(window.strides) && isZero(window.before) && isZero(window.after))
    return pointSource(node, geometry);
  const few = count * output[1]! * output[2]! < SHORT_LINE;
  if (
    window.kernel[0] === 1 &&
    output[0] === 1 &&
    geometry.space[0] === 1 &&
    output[2]! >= SHORT_LINE &&
    !few
  ) {
    const plain = isOne(window.strides) && isZero(window.before) && isZero(window.after);
    return plain ? plainSource(geometry) : phasedSource(node, geometry);
  }
  return gatheredSource(node, geometry);
}

/** Values from image to image and from channel to channel. */
function stepsOfInput({ input, count, channels, space }: Geometry): { image: number; channel: number } {
  const plane = sizeOf(space);
  return input.order === 'cn'
    ? { image: plane, channel: count * plane }
    : { image: channels * plane, channel: plane };
}

/** A window of one place reads the input as it is. */
function pointSource(node: NodePlan, geometry: Geometry): Source {
  const { input, count, space } = geometry;
  const plane = sizeOf(space);
  if (count === 1 || plane < SHORT_LINE || input.order === 'cn') {
    const from = node.inOrder(input, 'cn').storage.at;
    return { from, channel: 4 * count * plane, places: [0], columns: flat(count * plane) };
  }
  const { image, channel } = stepsOfInput(geometry);
  const columns = { ...flat(plane), planes: count, fromPlane: 4 * image, toPlane: 4 * plane };
  return { from: input.storage.at, channel: 4 * channel, places: [0], columns };
}

/** Steps of 1 and no padding: lines of the input as it is. */
function plainSource(geometry: Geometry): Source {
  const { input, count, space, output, window } = geometry;
  const { image, channel } = stepsOfInput(geometry);
  const [kernelY, kernelX] = last(window.kernel);
  const [apartY, apartX] = last(window.dilations);
  const places = Array.from({ length: kernelY * kernelX }, (_, i) => {
    const y = Math.floor(i / kernelX);
    return 4 * (y * apartY * space[2]! + (i % kernelX) * apartX);
  });
  const columns = linesOf(count, output, 4 * image, 4 * space[2]!);
  return { from: input.storage.at, channel: 4 * channel, places, columns };
}

function linesOf(planes: number, output: readonly number[], fromPlane: number, fromLine: number): Columns {
  const [lines, columns] = last(output);
  return { planes, lines, columns, fromPlane, fromLine, toPlane: 4 * lines * columns, toLine: 4 * columns };
}

/** A copy with its padding, apart for each phase of the steps: from there on it is as with steps of 1. */
function phasedSource(node: NodePlan, geometry: Geometry): Source {
  const { count, channels, space, output, window } = geometry;
  const { image, channel } = stepsOfInput(geometry);
  const from = geometry.input.storage.at;
  const [strideY, strideX] = last(window.strides);
  const shifts = shiftsOf(window);
  const farthest = shifts.at(-1)!;
  const height = output[1]! + Math.floor(farthest.y / strideY);
  const width = output[2]! + Math.floor(farthest.x / strideX);
  const phaseOf = ({ y, x }: Shift): number => (y % strideY) * strideX + (x % strideX);
  const names = [...new Set(shifts.map(phaseOf))];
  const numbers = new Map(names.map((name, i) => [name, i]));
  const plane = height * width;
  const copy = node.scratch(names.length * channels * count * plane);
  const { kernels } = node;
  names.forEach((name, i) => {
    const to = copy + 4 * i * channels * count * plane;
    const top = Math.floor(name / strideX) - window.before[1]!;
    const left = (name % strideX) - window.before[2]!;
    node.step(() =>
      kernels.gather(
        from,
        to,
        channels,
        4 * channel,
        4 * count * plane,
        count,
        4 * image,
        4 * plane,
        space[1]!,
        space[2]!,
        top,
        left,
        strideY,
        strideX,
        height,
        width,
      ),
    );
  });
  const places = shifts.map(({ y, x }) => {
    const phase = numbers.get(phaseOf({ y, x }))! * channels * count * plane;
    return 4 * (phase + Math.floor(y / strideY) * width + Math.floor(x / strideX));
  });
  return {
    from: copy,
    channel: 4 * count * plane,
    places,
    columns: linesOf(count, output, 4 * plane, 4 * width),
  };
}

/** Where the places of a window lie from its first, by height and width. */
function shiftsOf({ kernel, dilations }: Window): Shift[] {
  const [kernelY, kernelX] = last(kernel);
  return Array.from({ length: kernelY * kernelX }, (_, i) => ({
    y: Math.floor(i / kernelX) * dilations[1]!,
    x: (i % kernelX) * dilations[2]!,
  }));
}

/** Each k's inputs copied into a row of all columns. */
function gatheredSource(node: NodePlan, geometry: Geometry): Source {
  const { count, channels, output, window } = geometry;
  const row = count * sizeOf(output);
  const places = sizeOf(window.kernel);
  const copy = node.scratch(channels * places * row);
  for (let place = 0; place < places; place++) {
    const [kernelY, kernelX] = last(window.kernel);
    const z = Math.floor(place / (kernelY * kernelX));
    for (let depth = 0; depth < output[0]!; depth++) gatherDepth(node, geometry, copy, place, z, depth);
  }
  return {
    from: copy,
    channel: 4 * places * row,
    places: Array.from({ length: places }, (_, place) => 4 * place * row),
    columns: flat(row),
  };
}

function gatherDepth(
  node: NodePlan,
  geometry: Geometry,
  copy: number,
  place: number,
  z: number,
  depth: number,
): void {
  const { input, count, channels, space, output, window } = geometry;
  const { image, channel } = stepsOfInput(geometry);
  const plane = output[1]! * output[2]!;
  const row = count * output[0]! * plane;
  const [kernelY, kernelX] = last(window.kernel);
  const source = depth * window.strides[0]! + z * window.dilations[0]! - window.before[0]!;
  const inside = source >= 0 && source < space[0]!;
  const from = input.storage.at + (inside ? 4 * source * space[1]! * space[2]! : 0);
  const to = copy + 4 * (place * row + depth * plane);
  const y = (Math.floor(place / kernelX) % kernelY) * window.dilations[1]! - window.before[1]!;
  const x = (place % kernelX) * window.dilations[2]! - window.before[2]!;
  const { kernels } = node;
  node.step(() =>
    kernels.gather(
      from,
      to,
      channels,
      4 * channel,
      4 * sizeOf(window.kernel) * row,
      count,
      4 * image,
      4 * output[0]! * plane,
      // Below the last line all is zero.
      space[1]!,
      space[2]!,
      inside ? y : space[1]!,
      x,
      window.strides[1]!,
      window.strides[2]!,
      output[1]!,
      output[2]!,
    ),
  );
}
