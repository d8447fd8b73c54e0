import type { NodePlan } from '../node.js';

/** How a window moves over the three last axes; what has fewer has ones in front. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Axes of space that are counted with: fewer are raised to so many. */
const SPACE = 3;

/** Raises a list for each axis of space to three, with `missing` in front. */
export const raised = (list: readonly number[], missing: number): number[] => [
  ...new Array<number>(SPACE - list.length).fill(missing),
  ...list,
];

/** The sizes of a tensor's space, three of them. @throws ConvaeError UNSUPPORTED where there are more, or none. */
export function spaceOf(node: NodePlan, dims: readonly number[]): number[] {
  const space = dims.slice(2);
  if (space.length < 1 || space.length > SPACE) throw node.unsupported(`a tensor of ${dims.length} axes`);
  return raised(space, 1);
}

/** Reads the attributes of a window of `kernel`'s sizes over `space`. */
export function readWindow(
  node: NodePlan,
  rank: number,
  kernel: readonly number[],
  space: readonly number[],
): Window {
  const strides = raised(node.list('strides', rank, 1, 1), 1);
  const dilations = raised(node.list('dilations', rank, 1, 1), 1);
  const sizes = raised(kernel, 1);
  const pads = node.list('pads', 2 * rank, 0, 0);
  const given = {
    kernel: sizes,
    strides,
    dilations,
    before: raised(pads.slice(0, rank), 0),
    after: raised(pads.slice(rank), 0),
  };
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return given;
  if (mode !== 'SAME_UPPER' && mode !== 'VALID') throw node.unsupported(`auto_pad ${mode}`);
  const total = space.map((size, i) => (mode === 'VALID' ? 0 : samePadding(size, given, i)));
  return { ...given, before: total.map((sum) => sum >> 1), after: total.map((sum) => sum - (sum >> 1)) };
}

const extentOf = ({ kernel, dilations }: Window, i: number): number => (kernel[i]! - 1) * dilations[i]! + 1;

function samePadding(size: number, window: Window, i: number): number {
  const stride = window.strides[i]!;
  return Math.max((Math.ceil(size / stride) - 1) * stride + extentOf(window, i) - size, 0);
}

/** How often a window fits along each axis. @throws ConvaeError GRAPH_INVALID where it does not fit. */
export function windowsIn(node: NodePlan, space: readonly number[], window: Window): number[] {
  return space.map((size, i) => {
    const room = size + window.before[i]! + window.after[i]! - extentOf(window, i);
    if (room < 0) throw node.invalid(`has a window that is larger than its input of ${space.join('×')}`);
    return Math.floor(room / window.strides[i]!) + 1;
  });
}
