import { addDim } from '../graph/dims.js';
import type { Dim } from '../graph/graph.js';
import { ints } from '../graph/graph.js';
import { asIs, storedShape, transposition, type Value } from '../layout.js';
import { isChannelsFirst, spatialInput } from './convolution.js';
import { type LayerCall, type LayerHandler, onlyInput, unsupported } from './layer-call.js';

/** Layers that do nothing when a model is used. */
const identity: LayerHandler = (call) => onlyInput(call);

/** Flattens in tfjs's order of the elements; with channelsFirst it reads the channels as the last axis. */
const flatten: LayerHandler = (call) => {
  const input = onlyInput(call);
  const rank = input.shape.length;
  const order = isChannelsFirst(call) ? [0, ...asIs(rank).slice(2), 1] : asIs(rank);
  const arranged = call.builder.arrange(input, order, call.name);
  const features = input.shape.slice(1).reduce<Dim>((product, dim) => {
    if (typeof dim === 'string') throw needsFixedSize(call, input);
    return (product as number) * dim;
  }, 1);
  const shape = [input.shape[0]!, features];
  return call.builder.reshape(arranged, call.name, shape, { shape, axes: asIs(2) });
};

function needsFixedSize(call: LayerCall, input: Value): Error {
  const sizes = storedShape(input).join('×');
  const reason = `needs an input of fixed size, but it is ${sizes}; convert the model with a fixed size`;
  return unsupported(call, reason);
}

/** Reshapes in tfjs's order of the elements; one size may be left open. */
const reshape: LayerHandler = (call) => {
  const input = onlyInput(call);
  const target = call.config.targetShape as readonly (number | null)[];
  const sizes = input.shape.slice(1);
  const open = target.findIndex((size) => size === null || size < 0);
  if (sizes.some((size) => typeof size === 'string') && open < 0) throw needsFixedSize(call, input);
  const rest = target.map((size, i) => (i === open ? openSize(call, sizes, target, open) : size!));
  const shape = [input.shape[0]!, ...rest];
  const flat = call.builder.arrange(input, asIs(input.shape.length), call.name);
  return call.builder.reshape(flat, call.name, shape, { shape, axes: asIs(shape.length) });
};

function openSize(
  call: LayerCall,
  sizes: readonly Dim[],
  target: readonly (number | null)[],
  open: number,
): Dim {
  if (sizes.some((size) => typeof size === 'string')) return `${call.name}:${open + 1}`;
  const total = (sizes as number[]).reduce((a, b) => a * b, 1);
  return total / target.reduce<number>((product, size, i) => (i === open ? product : product * size!), 1);
}

/** One Transpose, whatever order the input is kept in. */
const permute: LayerHandler = (call) => {
  const input = onlyInput(call);
  const order = [0, ...(call.config.dims as number[])];
  const change = { shape: order.map((axis) => input.shape[axis]!), axes: asIs(order.length) };
  const perm = ints(transposition(input.axes, order));
  return call.builder.apply('Transpose', call.name, input, [], { perm }, change);
};

/** batch×features becomes batch×n×features. */
const repeatVector: LayerHandler = (call) => {
  const input = onlyInput(call);
  const { builder, name } = call;
  const [batch, features] = input.shape as [Dim, Dim];
  const count = Number(call.config.n);
  const raised = builder.apply('Unsqueeze', `${name}/Unsqueeze`, input, [builder.integers([1])]);
  const change = { shape: [batch, count, features], axes: asIs(3) };
  return builder.apply('Tile', name, raised, [builder.integers([1, count, 1])], {}, change);
};

/** [[top, bottom], [left, right]] from a configuration. */
function borders(value: unknown): readonly [readonly [number, number], readonly [number, number]] {
  return value as [[number, number], [number, number]];
}

const zeroPadding2d: LayerHandler = (call) => {
  const [[top, bottom], [left, right]] = borders(call.config.padding);
  const value = spatialInput(call);
  const pads = call.builder.integers([0, 0, top, left, 0, 0, bottom, right]);
  const shape = growSpace(value, [top + bottom, left + right]);
  return call.builder.apply('Pad', call.name, value, [pads], {}, { shape });
};

const cropping2d: LayerHandler = (call) => {
  const [[top, bottom], [left, right]] = borders(call.config.cropping);
  const value = spatialInput(call);
  const shape = growSpace(value, [-top - bottom, -left - right]);
  if (shape.some((dim) => typeof dim === 'number' && dim < 1)) {
    throw unsupported(call, `crops away all of an input of ${storedShape(value).join('×')}`);
  }
  const { builder } = call;
  const end = (cut: number) => (cut > 0 ? -cut : Number.MAX_SAFE_INTEGER);
  const operands = [
    [top, left],
    [end(bottom), end(right)],
    [2, 3],
  ].map((list) => builder.integers(list));
  return builder.apply('Slice', call.name, value, operands, {}, { shape });
};

function growSpace(value: Value, amounts: readonly [number, number]): Dim[] {
  const shape = [...value.shape];
  amounts.forEach((amount, i) => {
    const axis = value.axes[i + 2]!;
    shape[axis] = addDim(shape[axis]!, amount);
  });
  return shape;
}

/** Runs the wrapped layer on batch·time examples. */
export const timeDistributed =
  (handle: (call: LayerCall) => Value): LayerHandler =>
  (call) => {
    const input = onlyInput(call);
    const [batch, time, ...rest] = input.shape as [Dim, Dim, ...Dim[]];
    if (input.shape.slice(1).some((dim) => typeof dim === 'string')) throw needsFixedSize(call, input);
    const { builder, name } = call;
    const inner = (call.layer as unknown as { layer: LayerCall['layer'] }).layer;
    const plain = builder.arrange(input, asIs(input.shape.length), name);
    const merged = [`${time}*${batch}`, ...rest];
    const change = { shape: merged, axes: asIs(merged.length) };
    const each = builder.reshape(plain, `${name}/merge`, merged, change);
    const result = handle({ ...call, layer: inner, config: inner.getConfig(), inputs: [each] });
    const flat = builder.arrange(result, asIs(result.shape.length), name);
    const shape = [batch, time, ...result.shape.slice(1)];
    const target = builder.integers([-1, ...(shape.slice(1) as number[])]);
    return builder.apply('Reshape', `${name}/split`, flat, [target], {}, { shape, axes: asIs(shape.length) });
  };

/** Layers that move elements and compute nothing. */
export const reshapeLayers: Readonly<Record<string, LayerHandler>> = {
  AlphaDropout: identity,
  Cropping2D: cropping2d,
  Dropout: identity,
  Flatten: flatten,
  GaussianDropout: identity,
  GaussianNoise: identity,
  Permute: permute,
  RepeatVector: repeatVector,
  Reshape: reshape,
  SpatialDropout1D: identity,
  ZeroPadding2D: zeroPadding2d,
};
