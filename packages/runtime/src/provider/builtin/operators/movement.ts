import { type Loop, stepsOf } from '../loops.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf, type Tensor } from '../planner.js';

/** The same values under another shape. */
function reshaped(node: NodePlan, input: Tensor, dims: readonly number[]): void {
  if (
    sizeOf(dims) !== sizeOf(input.dims) ||
    dims.length > 8 ||
    dims.some((size) => !Number.isInteger(size) || size < 1)
  )
    throw node.invalid(`makes ${dims.slice(0, 9).join('×')} of ${input.dims.join('×')}`);
  const plain = node.inOrder(input, 'nc');
  if (plain.storage === input.storage) {
    node.give({ ...plain, dims });
    return;
  }
  const copy = node.create(dims, { type: input.type });
  node.turn(input, { ...copy, dims: input.dims });
  node.give(copy);
}

const reshape: Operator = (node) => {
  const input = node.tensor(0, 'any');
  const wished = node.integers(1) ?? [];
  const zeros = node.integer('allowzero', 0) === 0;
  const dims = wished.map((size, i) => (size === 0 && zeros ? (input.dims[i] ?? 0) : size));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = sizeOf(input.dims) / -sizeOf(dims);
  reshaped(node, input, dims);
};

const flatten: Operator = (node) => {
  const input = node.tensor(0, 'any');
  const wished = node.integer('axis', 1);
  const axis = wished === input.dims.length ? wished : node.axis(wished, input.dims.length);
  reshaped(node, input, [sizeOf(input.dims.slice(0, axis)), sizeOf(input.dims.slice(axis))]);
};

const unsqueeze: Operator = (node) => {
  const input = node.tensor(0, 'any');
  const listed = node.integers(1) ?? [];
  const rank = input.dims.length + listed.length;
  const axes = new Set(listed.map((axis) => node.axis(axis, rank)));
  if (axes.size !== listed.length) throw node.invalid(`has axes ${listed}`);
  const rest = [...input.dims];
  reshaped(
    node,
    input,
    Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : rest.shift()!)),
  );
};

const squeeze: Operator = (node) => {
  const input = node.tensor(0, 'any');
  const rank = input.dims.length;
  const axes = node.integers(1)?.map((axis) => node.axis(axis, rank));
  reshaped(
    node,
    input,
    input.dims.filter((size, i) => (axes === undefined ? size !== 1 : !axes.includes(i))),
  );
};

const identity: Operator = (node) => {
  if (node.isConstant(0)) node.giveConstant(node.requireConstant(0));
  else node.give(node.tensor(0, 'any'));
};

const concat: Operator = (node) => {
  const parts = Array.from({ length: node.inputCount }, (_, i) => node.inOrder(node.tensor(i), 'nc'));
  const [first] = parts;
  if (first === undefined) throw node.invalid('has no input');
  const axis = node.axis(node.integer('axis', 0), first.dims.length);
  const fits = parts.every(
    ({ dims }) =>
      dims.length === first.dims.length && dims.every((size, i) => i === axis || size === first.dims[i]),
  );
  if (!fits)
    throw node.invalid(
      `joins ${parts
        .map(({ dims }) => dims.join('×'))
        .join(', ')
        .slice(0, 200)}`,
    );
  const dims = [...first.dims];
  dims[axis] = parts.reduce((sum, part) => sum + part.dims[axis]!, 0);
  const result = node.create(dims);
  const inner = sizeOf(dims.slice(axis + 1));
  let place = 0;
  for (const part of parts) {
    const own = part.dims[axis]! * inner;
    const outer = sizeOf(dims.slice(0, axis));
    node.move(part.storage.at, result.storage.at + 4 * place, [
      [outer, own, dims[axis]! * inner],
      [own, 1, 1],
    ]);
    place += own;
  }
  node.give(result);
};

/** Copies a box of the source to a place in the target, both given by their first values. */
function copyBox(
  node: NodePlan,
  from: Tensor,
  first: number,
  to: Tensor,
  target: number,
  box: readonly Loop[],
): void {
  node.move(from.storage.at + 4 * first, to.storage.at + 4 * target, box);
}

const pad: Operator = (node) => {
  const input = node.inOrder(node.tensor(0), 'nc');
  if (node.text('mode', 'constant') !== 'constant')
    throw node.unsupported(`the mode ${node.text('mode', '')}`);
  if (node.inputCount > 3 && node.node.inputs[3] !== '') throw node.unsupported('a list of axes');
  const rank = input.dims.length;
  const pads = node.integers(1) ?? [];
  if (pads.length !== 2 * rank || pads.some((n) => Math.abs(n) > 1 << 16))
    throw node.invalid(`has pads ${pads.slice(0, 16)}`);
  const value = node.scalar(2) ?? 0;
  const dims = input.dims.map((size, i) => size + pads[i]! + pads[i + rank]!);
  const result = node.create(dims);
  const [own, steps, count] = [stepsOf(input.dims), stepsOf(dims), sizeOf(dims)];
  const filling = node.keep(`filling ${value}`, () => Float32Array.of(value));
  const { kernels } = node;
  node.step(() => kernels.fill(filling, result.storage.at, 1, count));
  const box = input.dims.map(
    (size, i): Loop => [size + Math.min(pads[i]!, 0) + Math.min(pads[i + rank]!, 0), own[i]!, steps[i]!],
  );
  const offset = (sizes: readonly number[], sign: number): number =>
    sizes.reduce((sum, step, i) => sum + step * Math.max(sign * pads[i]!, 0), 0);
  if (box.every(([size]) => size >= 1)) copyBox(node, input, offset(own, -1), result, offset(steps, 1), box);
  node.give(result);
};

const slice: Operator = (node) => {
  const input = node.inOrder(node.tensor(0, 'any'), 'nc');
  const [starts, ends] = [node.integers(1) ?? [], node.integers(2) ?? []];
  const axes = node.integers(3) ?? starts.map((_, i) => i);
  const strides = node.integers(4) ?? starts.map(() => 1);
  if ([ends, axes, strides].some(({ length }) => length !== starts.length))
    throw node.invalid('has lists of different lengths');
  if (strides.some((step) => step < 1)) throw node.unsupported('a step below 1');
  const [dims, own] = [[...input.dims], stepsOf(input.dims)];
  const [steps, firsts] = [[...own], dims.map(() => 0)];
  starts.forEach((start, i) => {
    const axis = node.axis(axes[i]!, dims.length);
    const size = input.dims[axis]!;
    const within = (place: number): number => Math.min(Math.max(place < 0 ? place + size : place, 0), size);
    firsts[axis] = within(start);
    dims[axis] = Math.max(Math.ceil((within(ends[i]!) - firsts[axis]!) / strides[i]!), 0);
    steps[axis] = own[axis]! * strides[i]!;
  });
  const result = node.create(dims, { type: input.type });
  const first = firsts.reduce((sum, place, i) => sum + place * own[i]!, 0);
  const target = stepsOf(dims);
  copyBox(
    node,
    input,
    first,
    result,
    0,
    dims.map((size, i): Loop => [size, steps[i]!, target[i]!]),
  );
  node.give(result);
};

const tile: Operator = (node) => {
  const input = node.inOrder(node.tensor(0, 'any'), 'nc');
  const repeats = node.integers(1) ?? [];
  if (repeats.length !== input.dims.length || repeats.some((n) => n < 1))
    throw node.invalid(`has repeats ${repeats.slice(0, 8)}`);
  const dims = input.dims.map((size, i) => size * repeats[i]!);
  const result = node.create(dims, { type: input.type });
  const [own, steps] = [stepsOf(input.dims), stepsOf(dims)];
  const loops = input.dims.flatMap((size, i): Loop[] => [
    [repeats[i]!, 0, size * steps[i]!],
    [size, own[i]!, steps[i]!],
  ]);
  copyBox(node, input, 0, result, 0, loops);
  node.give(result);
};

/** Gather along the first axis. */
const gather: Operator = (node) => {
  const table = node.inOrder(node.tensor(0), 'nc');
  const indices = node.inOrder(node.tensor(1, 'int32'), 'nc');
  if (node.axis(node.integer('axis', 0), table.dims.length) !== 0)
    throw node.unsupported('an axis but the first');
  const [rows = 1, ...rest] = table.dims;
  const result = node.create([...indices.dims, ...rest]);
  if (result.dims.length > 8) throw node.invalid('has a result of too many axes');
  const [count, length] = [sizeOf(indices.dims), sizeOf(rest)];
  const outside = node.invalid('was given an index outside of its table');
  const { kernels } = node;
  node.step(() => {
    const fits = kernels.lookUp(table.storage.at, rows, indices.storage.at, count, result.storage.at, length);
    if (fits === 0) throw outside;
  });
  node.give(result);
};

/** Blocks of pixels out of channels (`toSpace`), or the reverse. */
const blocks =
  (toSpace: boolean): Operator =>
  (node) => {
    const input = node.tensor(0);
    if (input.dims.length !== 4) throw node.invalid(`has an input of ${input.dims.length} axes`);
    const size = node.integer('blocksize', 0, 1, 1 << 12);
    const [count, channels, height, width] = input.dims as [number, number, number, number];
    const deep = toSpace ? channels / size ** 2 : channels;
    const [rows, columns] = toSpace ? [height, width] : [height / size, width / size];
    if (![deep, rows, columns].every(Number.isInteger))
      throw node.invalid(`has blocks of ${size} in ${input.dims.join('×')}`);
    const dims = toSpace
      ? [count, deep, rows * size, columns * size]
      : [count, channels * size ** 2, rows, columns];
    const result = node.create(dims, { order: input.order });
    const mode = node.text('mode', 'DCR');
    if (toSpace && mode !== 'DCR' && mode !== 'CRD') throw node.invalid(`has the mode ${mode}`);
    // Values from channel to channel and from image to image, where all channels of an image lie together or not.
    const isTurned = input.order === 'cn';
    const plane = rows * columns;
    const [packedChannel, packedImage] = isTurned
      ? [count * plane, plane]
      : [plane, deep * size ** 2 * plane];
    const [wideChannel, wideImage] = isTurned
      ? [count * plane * size ** 2, plane * size ** 2]
      : [plane * size ** 2, deep * plane * size ** 2];
    // In CRD a channel's blocks lie together; in DCR, and for SpaceToDepth, all channels of one place do.
    const together = toSpace && mode === 'CRD';
    const [ofChannel, ofY, ofX] = together ? [size * size, size, 1] : [1, deep * size, deep];
    const loops: [number, number, number][] = [
      [count, packedImage, wideImage],
      [deep, ofChannel * packedChannel, wideChannel],
      [size, ofY * packedChannel, columns * size],
      [size, ofX * packedChannel, 1],
      [rows, columns, columns * size * size],
      [columns, 1, size],
    ];
    copyBox(
      node,
      input,
      0,
      result,
      0,
      toSpace ? loops : loops.map(([n, packed, wide]): Loop => [n, wide, packed]),
    );
    node.give(result);
  };

/** Operators that move values and compute nothing. */
export const MOVEMENT: Readonly<Record<string, Operator>> = {
  Concat: concat,
  DepthToSpace: blocks(true),
  Dropout: identity,
  Flatten: flatten,
  Gather: gather,
  Identity: identity,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  SpaceToDepth: blocks(false),
  Squeeze: squeeze,
  Tile: tile,
  Unsqueeze: unsqueeze,
};
