import type { NodePlan, Operator } from '../node.js';
import { sizeOf } from '../planner.js';

/** Resize along height and width: nearest and linear. */
export const resize: Operator = (node) => {
  const input = node.tensor(0);
  if (input.dims.length !== 4) throw node.unsupported(`a tensor of ${input.dims.length} axes`);
  const scales = scalesOf(node, input.dims);
  if (scales[0] !== 1 || scales[1] !== 1) throw node.unsupported('a scale of images or channels');
  const dims = input.dims.map((size, i) => Math.floor(size * scales[i]!));
  const result = node.create(dims, { order: input.order });
  const [, , height, width] = input.dims as [number, number, number, number];
  const rows = keptTable(node, height, dims[2]!, scales[2]!, 4 * width);
  const columns = keptTable(node, width, dims[3]!, scales[3]!, 4);
  const planes = dims[0]! * dims[1]!;
  const [from, to] = [input.storage.at, result.storage.at];
  node.addWork(4 * sizeOf(dims));
  const { kernels } = node;
  node.step(() => kernels.resize(from, to, planes, 4 * height * width, rows, dims[2]!, columns, dims[3]!));
  node.give(result);
};

function scalesOf(node: NodePlan, dims: readonly number[]): number[] {
  const scales = node.constant(2);
  if (scales !== undefined && scales.data.length > 0) {
    const values = Array.from(scales.data);
    if (values.length === dims.length && values.every((scale) => scale > 0 && scale <= 4096)) return values;
    throw node.invalid(`has scales ${values.slice(0, 8)}`);
  }
  const sizes = node.integers(3);
  if (sizes?.length !== dims.length) throw node.invalid('has neither scales nor sizes');
  return sizes.map((size, i) => size / dims[i]!);
}

/** Where a pixel of the output lies in the input, for each rule. */
const RULES: Readonly<Record<string, (place: number, scale: number) => number>> = {
  asymmetric: (place, scale) => place / scale,
  half_pixel: (place, scale) => (place + 0.5) / scale - 0.5,
  pytorch_half_pixel: (place, scale) => (place + 0.5) / scale - 0.5,
};

/** For each place of the output the two around it, and the part of the second. */
function keptTable(node: NodePlan, size: number, count: number, scale: number, step: number): number {
  const rule = node.text('coordinate_transformation_mode', 'half_pixel');
  const place = RULES[rule];
  if (place === undefined) throw node.unsupported(`the rule ${rule}`);
  const mode = node.text('mode', 'nearest');
  const around = mode === 'linear' ? linear : mode === 'nearest' ? nearest(node) : undefined;
  if (around === undefined) throw node.unsupported(`the mode ${mode}`);
  const within = (index: number): number => Math.min(Math.max(index, 0), size - 1);
  node.addWork(count);
  return node.keep(`${mode} ${rule} ${node.text('nearest_mode', '')} ${[size, count, scale, step]}`, () => {
    const table = new Int32Array(3 * count);
    const parts = new Float32Array(table.buffer);
    for (let i = 0; i < count; i++) {
      const [first, second, part] = around(Math.min(Math.max(place(i, scale), 0), size - 1));
      table[3 * i] = within(first) * step;
      table[3 * i + 1] = within(second) * step;
      parts[3 * i + 2] = part;
    }
    return table;
  });
}

type Around = (place: number) => readonly [first: number, second: number, part: number];

const linear: Around = (place) => [Math.floor(place), Math.floor(place) + 1, place - Math.floor(place)];

const ROUNDINGS: Readonly<Record<string, (place: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
};

function nearest(node: NodePlan): Around {
  const name = node.text('nearest_mode', 'round_prefer_floor');
  const round = ROUNDINGS[name];
  if (round === undefined) throw node.unsupported(`the nearest_mode ${name}`);
  return (place) => [round(place), round(place), 0];
}
