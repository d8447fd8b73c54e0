import { int } from '../graph/graph.js';
import { asIs, channelsMoved, sameAxes, type Value } from '../layout.js';
import { applyActivation } from './activations.js';
import {
  biasConstant,
  floatInput,
  knownSize,
  type LayerCall,
  type LayerHandler,
  onlyInput,
  requireWeight,
  unsupported,
  weightConstant,
} from './layer-call.js';

/** Works on the last axis, whatever the rank. */
const dense: LayerHandler = (call) => {
  const input = floatInput(call);
  knownSize(call, input, -1, 'the number of features');
  return applyActivation(call, multiply(call, input));
};

function multiply(call: LayerCall, input: Value): Value {
  const rank = input.shape.length;
  if (rank > 2 && sameAxes(input.axes, channelsMoved(rank))) return pointConvolution(call, input);
  const { builder, name } = call;
  const change = { shape: [...input.shape.slice(0, -1), requireWeight(call, 'kernel').shape[1]!] };
  const kernel = weightConstant(call, 'kernel');
  const bias = biasConstant(call);
  if (rank === 2) return builder.apply('Gemm', name, input, [kernel, ...bias], {}, change);
  const flat = builder.arrange(input, asIs(rank), name);
  const product = builder.apply('MatMul', name, flat, [kernel], {}, change);
  return bias.length > 0 ? builder.apply('Add', `${name}/Add`, product, bias) : product;
}

/** With the channels at place 1 the same product is a convolution of 1×1. */
function pointConvolution(call: LayerCall, input: Value): Value {
  const [features, units] = requireWeight(call, 'kernel').shape as [number, number];
  const space = input.shape.slice(2).map(() => 1);
  const axes = [1, 0, ...asIs(input.shape.length).slice(2)];
  const kernel = weightConstant(call, 'kernel', axes, [features, units, ...space]);
  const change = { shape: [...input.shape.slice(0, -1), units] };
  return call.builder.apply('Conv', call.name, input, [kernel, ...biasConstant(call)], {}, change);
}

/** Looks up rows of a table. */
const embedding: LayerHandler = (call) => {
  const input = onlyInput(call);
  if (call.config.maskZero === true) throw unsupported(call, 'maskZero is not supported');
  const { builder, name } = call;
  const plain = builder.arrange(input, asIs(input.shape.length), name);
  const indices = builder.apply('Cast', `${name}/Cast`, plain, [], { to: int(7) }, { type: 'int64' });
  const table = weightConstant(call, 'embeddings');
  const output = [...input.shape, requireWeight(call, 'embeddings').shape[1]!];
  return {
    name: builder.node('Gather', name, [table, indices.name], { axis: int(0) }),
    type: 'float32',
    shape: output,
    axes: asIs(output.length),
  };
};

/** input · scale + offset */
const rescaling: LayerHandler = (call) => {
  const { builder, name, config } = call;
  let value = onlyInput(call);
  if (value.type !== 'float32') {
    value = builder.apply('Cast', `${name}/Cast`, value, [], { to: int(1) }, { type: 'float32' });
  }
  if (typeof config.scale !== 'number' || typeof config.offset !== 'number') {
    throw unsupported(call, 'takes one number as scale and one as offset');
  }
  const scaled = builder.apply('Mul', name, value, [builder.scalar(config.scale)]);
  return config.offset === 0
    ? scaled
    : builder.apply('Add', `${name}/Add`, scaled, [builder.scalar(config.offset)]);
};

/** Layers that multiply, look up or rescale. */
export const denseLayers: Readonly<Record<string, LayerHandler>> = {
  Dense: dense,
  Embedding: embedding,
  Rescaling: rescaling,
};
