import type { Constant } from '../constant.js';
import { UNARY } from '../kernels.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';
import { addProduct, type Bounds, flat, floatsOf, fusedBounds, packWeights, UNBOUNDED } from './product.js';
import { raised, readWindow, spaceOf, type Window } from './window.js';

/** ConvTranspose with constant weights: one product for all places of the window, which are then added up. */
export const transposedConvolution: Operator = (node) => {
  const weights = node.requireConstant(1);
  const input = node.tensor(0);
  const group = node.integer('group', 1, 1, 1 << 16);
  const [channels = 0, filters = 0] = weights.dims;
  if (weights.dims.length !== input.dims.length || channels !== input.dims[1] || channels % group !== 0)
    throw node.invalid(`has weights of ${weights.dims.join('×')} for an input of ${input.dims.join('×')}`);
  const space = spaceOf(node, input.dims);
  const kernel = weights.dims.slice(2);
  if (node.text('auto_pad', 'NOTSET') !== 'NOTSET' || node.optionalList('output_shape')?.length)
    throw node.unsupported('auto_pad or output_shape');
  const window = readWindow(node, kernel.length, kernel, space);
  const longer = raised(node.list('output_padding', kernel.length, 0, 0), 0);
  const output = space.map((size, i) => outputSize(size, window, i) + longer[i]!);
  const bounds = fusedBounds(node);
  const rows = filters * group;
  const dims = [input.dims[0]!, rows, ...output.slice(3 - kernel.length)];
  const result = node.create(dims, { order: 'cn' });
  const first = keptBias(node, rows);
  const parts = { input, weights, group, space, output, window, result, first, bounds };
  if (isDoubling(window) && longer.every((length) => length === 0)) eachGroup(node, parts, interleave);
  else addUp(node, parts);
  node.give(result);
};

/** Whether windows of 2×2 lie beside each other: no place of the output belongs to two of them. */
const isDoubling = ({ kernel, strides, before, after, dilations }: Window): boolean =>
  [kernel, strides].every((sizes) => `${sizes}` === '1,2,2') &&
  [before, after].every((sizes) => sizes.every((size) => size === 0)) &&
  dilations.every((step) => step === 1);

const outputSize = (size: number, { kernel, strides, dilations, before, after }: Window, i: number): number =>
  (size - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - before[i]! - after[i]!;

function keptBias(node: NodePlan, rows: number): number {
  const bias = node.constant(2);
  if (bias === undefined) return node.keep(`zeros ${rows}`, () => new Float32Array(rows));
  if (bias.data.length !== rows) throw node.invalid(`has ${bias.data.length} biases for ${rows} filters`);
  return node.keep(bias, () => floatsOf(node, bias, 'bias'));
}

interface Parts {
  readonly input: Tensor;
  readonly weights: Constant;
  readonly group: number;
  readonly space: readonly number[];
  readonly output: readonly number[];
  readonly window: Window;
  readonly result: Tensor;
  /** The address of the biases. */
  readonly first: number;
  readonly bounds: Bounds;
}

/** Puts the products of a group, which lie at an address, into the result. */
type Spread = (node: NodePlan, parts: Parts, products: number, group: number) => void;

/** For each group one product for all places of the window. */
function eachGroup(node: NodePlan, parts: Parts, spread: Spread): void {
  const { input, weights, group, space, window } = parts;
  const [channels, filters] = [weights.dims[0]! / group, weights.dims[1]!];
  const columns = input.dims[0]! * sizeOf(space);
  const rows = filters * sizeOf(window.kernel);
  const from = node.inOrder(input, 'cn').storage.at;
  const products = node.scratch(rows * columns);
  const zeros = node.keep(`zeros ${rows}`, () => new Float32Array(rows));
  const offsets = Array.from({ length: channels }, (_, c) => 4 * c * columns);
  const table = node.keep(`table ${offsets}`, () => Int32Array.from(offsets));
  const data = floatsOf(node, weights, 'weight');
  for (let g = 0; g < group; g++) {
    const packed = node.keep(`weights ${g} ${node.node.outputs[0]}`, () =>
      packWeights(rows, channels, (row, k) => data[(g * channels + k) * rows + row]!),
    );
    const own = from + 4 * g * channels * columns;
    const product = {
      weights: packed,
      first: zeros,
      rows,
      table,
      length: channels,
      from: own,
      to: products,
      toRow: 4 * columns,
    };
    addProduct(node, product, flat(columns), UNBOUNDED);
    spread(node, parts, products, g);
  }
}

/** The address of a group's part of the result. */
const targetOf = ({ input, weights, output, result }: Parts, group: number): number =>
  result.storage.at + 4 * group * weights.dims[1]! * input.dims[0]! * sizeOf(output);

const interleave: Spread = (node, parts, products, group) => {
  const { input, weights, space, first, bounds } = parts;
  const { kernels } = node;
  const [filters, images, to] = [weights.dims[1]!, input.dims[0]!, targetOf(parts, group)];
  const [height, width] = [space[1]!, space[2]!];
  const own = first + 4 * group * filters;
  node.addWork(4 * filters * images * height * width);
  node.step(() =>
    kernels.interleave(own, products, to, filters, images, height, width, bounds.low, bounds.high),
  );
};

/** Windows that meet: their products are added to the biases. */
function addUp(node: NodePlan, parts: Parts): void {
  const { kernels } = node;
  const { first, bounds } = parts;
  const { at } = parts.result.storage;
  const rows = parts.weights.dims[1]! * parts.group;
  const count = parts.input.dims[0]! * sizeOf(parts.output);
  node.step(() => kernels.fill(first, at, rows, count));
  eachGroup(node, parts, scatter);
  if (bounds.low > Number.NEGATIVE_INFINITY || bounds.high < Number.POSITIVE_INFINITY)
    node.step(() => kernels.unary(UNARY.clamp, at, at, rows * count, bounds.low, bounds.high));
}

const scatter: Spread = (node, parts, products, group) => {
  const to = targetOf(parts, group);
  const places = sizeOf(parts.window.kernel);
  for (let place = 0; place < places; place++) scatterPlace(node, parts, products, to, place);
};

/** Adds the products of one place of the window, for all filters, images and depths. */
function scatterPlace(node: NodePlan, parts: Parts, products: number, to: number, place: number): void {
  const { input, weights, space, output, window } = parts;
  const { kernel, strides, dilations, before } = window;
  const count = input.dims[0]!;
  const [plane, outPlane] = [space[1]! * space[2]!, output[1]! * output[2]!];
  const columns = count * space[0]! * plane;
  const x = (place % kernel[2]!) * dilations[2]! - before[2]!;
  const y = (Math.floor(place / kernel[2]!) % kernel[1]!) * dilations[1]! - before[1]!;
  const z = Math.floor(place / (kernel[1]! * kernel[2]!)) * dilations[0]! - before[0]!;
  node.addWork(weights.dims[1]! * columns);
  const { kernels } = node;
  for (let depth = 0; depth < space[0]!; depth++) {
    const target = depth * strides[0]! + z;
    if (target < 0 || target >= output[0]!) continue;
    const source = products + 4 * (place * columns + depth * plane);
    node.step(() =>
      kernels.scatter(
        source,
        to + 4 * target * outPlane,
        weights.dims[1]!,
        4 * sizeOf(kernel) * columns,
        4 * count * output[0]! * outPlane,
        count,
        4 * space[0]! * plane,
        4 * output[0]! * outPlane,
        output[1]!,
        output[2]!,
        y,
        x,
        strides[1]!,
        strides[2]!,
        space[1]!,
        space[2]!,
      ),
    );
  }
}
