import type { NodePlan, Operator } from '../node.js';
import { sizeOf } from '../planner.js';
import { readWindow, spaceOf, type Window, windowsIn } from './window.js';

/** What a window gives: its largest value, the mean of those inside, or the mean with zeros outside. */
const [MAX, MEAN, MEAN_OF_ALL] = [0, 1, 2];

const pooling =
  (isMax: boolean): Operator =>
  (node) => {
    const input = node.tensor(0);
    const space = spaceOf(node, input.dims);
    const rank = input.dims.length - 2;
    const window = readWindow(node, rank, node.list('kernel_shape', rank, 0, 1), space);
    const mode = isMax ? MAX : node.integer('count_include_pad', 0) === 0 ? MEAN : MEAN_OF_ALL;
    if (window.dilations.some((apart) => apart !== 1)) throw node.unsupported('dilations');
    if (node.integer('ceil_mode', 0) !== 0) throw node.unsupported('ceil_mode');
    if (window.kernel.some((size, i) => size <= Math.max(window.before[i]!, window.after[i]!)))
      throw node.invalid('has windows that lie outside of its input');
    const output = windowsIn(node, space, window);
    const dims = [...input.dims.slice(0, 2), ...output.slice(3 - rank)];
    const result = node.create(dims, { order: input.order });
    const planes = input.dims[0]! * input.dims[1]!;
    const isFlat =
      space[0] === 1 && window.kernel[0] === 1 && window.before[0] === 0 && window.after[0] === 0;
    const between = isFlat ? result.storage.at : node.scratch(planes * space[0]! * output[1]! * output[2]!);
    poolPlanes(
      node,
      mode!,
      input.storage.at,
      between,
      planes * space[0]!,
      [space[1]!, space[2]!],
      [output[1]!, output[2]!],
      window,
    );
    if (!isFlat) poolDepth(node, mode!, between, result.storage.at, planes, space[0]!, output, window);
    node.give(result);
  };

function poolPlanes(
  node: NodePlan,
  mode: number,
  from: number,
  to: number,
  planes: number,
  [height, width]: [number, number],
  [rows, columns]: [number, number],
  { kernel, strides, before }: Window,
): void {
  const { kernels } = node;
  node.addWork(planes * rows * columns * kernel[1]! * kernel[2]!);
  node.step(() =>
    kernels.pool(
      mode,
      from,
      to,
      planes,
      height,
      width,
      rows,
      columns,
      kernel[1]!,
      kernel[2]!,
      strides[1]!,
      strides[2]!,
      before[1]!,
      before[2]!,
    ),
  );
}

/** Along the first axis, what the planes gave: a plane of depth × pixels. */
function poolDepth(
  node: NodePlan,
  mode: number,
  from: number,
  to: number,
  planes: number,
  depth: number,
  output: readonly number[],
  { kernel, strides, before, after, dilations }: Window,
): void {
  const pixels = output[1]! * output[2]!;
  const along: Window = {
    kernel: [1, kernel[0]!, 1],
    strides: [1, strides[0]!, 1],
    before: [0, before[0]!, 0],
    after: [0, after[0]!, 0],
    dilations,
  };
  poolPlanes(node, mode, from, to, planes, [depth, pixels], [output[0]!, pixels], along);
}

/** GlobalAveragePool and GlobalMaxPool. */
const globalPooling =
  (operation: number): Operator =>
  (node) => {
    const input = node.tensor(0);
    if (input.dims.length < 3) throw node.invalid(`has an input of ${input.dims.length} axes`);
    const result = node.create([...input.dims.slice(0, 2), ...input.dims.slice(2).map(() => 1)], {
      order: input.order,
    });
    const [rows, columns] = [sizeOf(result.dims), sizeOf(input.dims.slice(2))];
    node.addWork(rows * columns);
    const { kernels } = node;
    node.step(() => kernels.reduce(operation, input.storage.at, result.storage.at, rows, columns));
    node.give(result);
  };

/** Operators that reduce windows. */
export const POOLING: Readonly<Record<string, Operator>> = {
  AveragePool: pooling(false),
  GlobalAveragePool: globalPooling(0),
  GlobalMaxPool: globalPooling(1),
  MaxPool: pooling(true),
};
