import type { Dim } from '../graph/graph.js';
import { int, ints } from '../graph/graph.js';
import { asIs, channelsMoved, spatialAxes, storedShape, type Value } from '../layout.js';
import { applyActivation } from './activations.js';
import {
  biasConstant,
  floatInput,
  knownSize,
  type LayerCall,
  type LayerHandler,
  requireWeight,
  unsupported,
  weightConstant,
} from './layer-call.js';
import {
  paddingAttributes,
  readWindow,
  storedSpace,
  transposedWindow,
  type Window,
  windowOutput,
} from './window.js';

/** Whether the layer's dataFormat puts the channels first. */
export const isChannelsFirst = (call: LayerCall): boolean => call.config.dataFormat === 'channelsFirst';

/** The input, kept as ONNX's spatial operators need it. */
export function spatialInput(call: LayerCall): Value {
  const input = floatInput(call);
  return call.builder.arrange(input, spatialAxes(isChannelsFirst(call), input.shape.length), call.name);
}

/** The shape in tfjs's order with another number of channels and other sizes of space. */
export function withSpace(call: LayerCall, value: Value, channels: Dim, space: readonly Dim[]): Dim[] {
  const empty = space.findIndex((dim) => typeof dim === 'number' && dim < 1);
  if (empty >= 0) {
    const input = storedShape(value).join('×');
    const reason = `nothing is left of an input of ${input} along axis ${empty + 2}; it is too small`;
    throw unsupported(call, reason);
  }
  const shape = [...value.shape];
  [channels, ...space].forEach((dim, i) => {
    shape[value.axes[i + 1]!] = dim;
  });
  return shape;
}

type ConvolutionOperator = 'Conv' | 'ConvTranspose';

interface ConvolutionParts {
  /** Names of the kernel and of the bias, where there is one. */
  readonly operands: readonly string[];
  readonly filters: number;
  readonly window: Window;
  readonly op?: ConvolutionOperator;
  readonly groups?: number;
  readonly wish?: string;
}

function convolve(call: LayerCall, input: Value, parts: ConvolutionParts): Value {
  const { operands, filters, window, op = 'Conv', groups = 1, wish = call.name } = parts;
  const space = storedSpace(input);
  const { output, padding } =
    op === 'Conv'
      ? { output: windowOutput(space, window), padding: paddingAttributes(space, window) }
      : transposedWindow(space, window);
  const attributes = {
    kernel_shape: ints(window.kernel),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    group: int(groups),
    ...padding,
  };
  const shape = withSpace(call, input, filters, output);
  return call.builder.apply(op, wish, input, operands, attributes, { shape });
}

/**
 * Kernels k×…×in×out of convolutions become out×in×k×…; those of transposed ones, k×…×out×in, become in×out×k×….
 * tfjs computes no dilated transposed convolution.
 */
const convolution =
  (op: ConvolutionOperator, space: number): LayerHandler =>
  (call) => {
    const input = spatialInput(call);
    const { shape } = requireWeight(call, 'kernel');
    if (op === 'Conv') checkGroups(call, input, shape[space]!);
    const kernel = weightConstant(call, 'kernel', [space + 1, space, ...asIs(space)]);
    const dilations = op === 'Conv' ? call.config.dilationRate : 1;
    const output = convolve(call, input, {
      op,
      operands: [kernel, ...biasConstant(call)],
      filters: shape[op === 'Conv' ? space + 1 : space]!,
      window: readWindow(call.config, 'kernelSize', space, dilations),
    });
    return applyActivation(call, output);
  };

function checkGroups(call: LayerCall, input: Value, kernelChannels: number): void {
  const channels = knownSize(call, input, input.axes[1]!, 'the number of channels');
  if (channels !== kernelChannels) {
    throw unsupported(call, `grouped convolution: ${channels} channels, kernel for ${kernelChannels}`);
  }
}

/** Kernels kh×kw×in×multiplier become (in·multiplier)×1×kh×kw. */
function depthwise(call: LayerCall, window: Window, bias: readonly string[], wish = call.name): Value {
  const input = spatialInput(call);
  const name = 'depthwise_kernel';
  const [height, width, groups, multiplier] = requireWeight(call, name).shape as [
    number,
    number,
    number,
    number,
  ];
  const filters = groups * multiplier;
  const kernel = weightConstant(call, name, [2, 3, 0, 1], [height, width, filters, 1]);
  return convolve(call, input, { operands: [kernel, ...bias], filters, groups, window, wish });
}

/** tfjs leaves dilationRate of this layer out of its computation, and so does this. */
const depthwiseConv2d: LayerHandler = (call) =>
  applyActivation(call, depthwise(call, readWindow(call.config, 'kernelSize', 2), biasConstant(call)));

/** A depthwise convolution, then one of 1×1. */
const separableConv2d: LayerHandler = (call) => {
  const bias = biasConstant(call);
  if (isChannelsFirst(call) && bias.length > 0) {
    const reason = 'a bias with channelsFirst, which tfjs adds along the wrong axis; use channelsLast';
    throw unsupported(call, reason);
  }
  const window = readWindow(call.config, 'kernelSize', 2, call.config.dilationRate);
  const spread = depthwise(call, window, [], `${call.name}/depthwise`);
  const kernel = weightConstant(call, 'pointwise_kernel', [3, 2, 0, 1]);
  const filters = requireWeight(call, 'pointwise_kernel').shape[3]!;
  const point: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'valid' };
  return activateChannelsLast(
    call,
    convolve(call, spread, { operands: [kernel, ...bias], filters, window: point }),
  );
};

/** This layer activates before it goes back to channelsFirst, so softmax runs along the channels. */
function activateChannelsLast(call: LayerCall, value: Value): Value {
  if (!isChannelsFirst(call)) return applyActivation(call, value);
  const [batch, channels, ...space] = value.shape as [Dim, Dim, ...Dim[]];
  const asLast = { ...value, shape: [batch, ...space, channels], axes: channelsMoved(4) };
  const activated = applyActivation(call, asLast);
  return { ...activated, shape: value.shape, axes: value.axes };
}

/** Convolution layers, transposed ones among them. */
export const convolutionLayers: Readonly<Record<string, LayerHandler>> = {
  Conv1D: convolution('Conv', 1),
  Conv2D: convolution('Conv', 2),
  Conv2DTranspose: convolution('ConvTranspose', 2),
  Conv3D: convolution('Conv', 3),
  Conv3DTranspose: convolution('ConvTranspose', 3),
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
};
