import { type Dim, int } from '../graph/graph.js';
import { asIs, channelsMoved, sameAxes, storedAxis, type Value } from '../layout.js';
import { type LayerCall, type LayerHandler, unsupported } from './layer-call.js';

function floatInputs(call: LayerCall): Value[] {
  const odd = call.inputs.find(({ type }) => type !== 'float32');
  if (odd) throw unsupported(call, `takes float32, received ${odd.type}`);
  return [...call.inputs];
}

/** The order that most spares transposing: channels moved as soon as one input is kept so. */
function commonAxes(values: readonly Value[]): readonly number[] {
  const rank = values[0]!.shape.length;
  const moved = channelsMoved(rank);
  return values.some(({ axes }) => sameAxes(axes, moved)) ? moved : asIs(rank);
}

/** Brings all inputs to one rank, with sizes of 1 behind the batch, and to one order. */
function alignInputs(call: LayerCall): Value[] {
  const values = floatInputs(call);
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  const raised = values.map((value) => raise(call, value, rank));
  const axes = commonAxes(raised);
  return raised.map((value) => call.builder.arrange(value, axes, call.name));
}

function raise(call: LayerCall, value: Value, rank: number): Value {
  const missing = rank - value.shape.length;
  if (missing === 0) return value;
  const { builder, name } = call;
  const plain = builder.arrange(value, asIs(value.shape.length), name);
  const places = builder.integers(asIs(missing).map((i) => i + 1));
  const [batch, ...rest] = plain.shape as [Dim, ...Dim[]];
  const shape = [batch, ...new Array<Dim>(missing).fill(1), ...rest];
  return builder.apply('Unsqueeze', `${name}/Unsqueeze`, plain, [places], {}, { shape, axes: asIs(rank) });
}

function broadcastDims(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  return typeof a === 'number' ? a : b;
}

const elementwise =
  (op: 'Add' | 'Mul' | 'Max' | 'Min'): LayerHandler =>
  (call) => {
    const [first, ...others] = alignInputs(call);
    return others.reduce((sum, value) => {
      const shape = sum.shape.map((dim, axis) => broadcastDims(dim, value.shape[axis]!));
      return call.builder.apply(op, call.name, sum, [value.name], {}, { shape });
    }, first!);
  };

const average: LayerHandler = (call) => {
  const sum = elementwise('Add')({ ...call, name: `${call.name}/sum` });
  return call.builder.apply('Mul', call.name, sum, [call.builder.scalar(1 / call.inputs.length)]);
};

const concatenate: LayerHandler = (call) => {
  const values = alignInputs(call);
  const rank = values[0]!.shape.length;
  const wished = Number(call.config.axis ?? -1);
  const axis = wished < 0 ? wished + rank : wished;
  const shape = values[0]!.shape.map((dim, i) => {
    if (i === axis) return sumOfDims(values.map((value) => value.shape[axis]!));
    return values.map((value) => value.shape[i]!).find((size) => typeof size === 'number') ?? dim;
  });
  const [first, ...others] = values;
  const operands = others.map(({ name }) => name);
  const attributes = { axis: int(storedAxis(first!, axis)) };
  return call.builder.apply('Concat', call.name, first!, operands, attributes, { shape });
};

function sumOfDims(dims: readonly Dim[]): Dim {
  const fixed = dims.filter((dim) => typeof dim === 'number');
  if (fixed.length === dims.length) return fixed.reduce((a, b) => a + b, 0);
  return `(${dims.join('+')})`;
}

/** Layers that combine several tensors. */
export const mergeLayers: Readonly<Record<string, LayerHandler>> = {
  Add: elementwise('Add'),
  Average: average,
  Concatenate: concatenate,
  Maximum: elementwise('Max'),
  Minimum: elementwise('Min'),
  Multiply: elementwise('Mul'),
};
