import type { Dim } from '../graph/graph.js';
import { int, ints } from '../graph/graph.js';
import {
  channelAxis,
  channelsMoved,
  type DataFormat,
  permute,
  spatialAxes,
  storedShape,
  type Value,
} from '../layout.js';
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
  emptyAxis,
  paddingAttributes,
  readWindow,
  storedSpace,
  type Window,
  windowOutput,
} from './window.js';

/** The layer's dataFormat. */
export const dataFormat = (call: LayerCall): DataFormat =>
  call.config.dataFormat === 'channelsFirst' ? 'channelsFirst' : 'channelsLast';

/** The input, kept as ONNX's spatial operators need it. */
export function spatialInput(call: LayerCall): Value {
  const input = floatInput(call);
  return call.builder.arrange(input, spatialAxes(dataFormat(call), input.shape.length), call.name);
}

/** The shape in tfjs's order with another number of channels and other sizes of space. */
export function withSpace(call: LayerCall, value: Value, channels: Dim, space: readonly Dim[]): Dim[] {
  const empty = emptyAxis(space);
  if (empty >= 0) {
    const input = storedShape(value).join('×');
    throw unsupported(
      call,
      `nothing is left of an input of ${input} along axis ${empty + 2}; it is too small`,
    );
  }
  const shape = [...value.shape];
  [channels, ...space].forEach((dim, i) => {
    shape[value.axes[i + 1]!] = dim;
  });
  return shape;
}

interface ConvolutionParts {
  readonly kernel: string;
  readonly bias: readonly string[];
  readonly filters: number;
  readonly groups: number;
  readonly window: Window;
  readonly wish: string;
}

function convolve(call: LayerCall, input: Value, parts: ConvolutionParts): Value {
  const { window } = parts;
  const space = storedSpace(input);
  const attributes = {
    kernel_shape: ints(window.kernel),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    group: int(parts.groups),
    ...paddingAttributes(space, window),
  };
  const shape = withSpace(call, input, parts.filters, windowOutput(space, window));
  return call.builder.apply('Conv', parts.wish, input, [parts.kernel, ...parts.bias], attributes, { shape });
}

/** Conv1D, Conv2D and Conv3D; kernels k×…×in×out become out×in×k×…. */
const convolution =
  (space: number): LayerHandler =>
  (call) => {
    const input = spatialInput(call);
    const { data, shape } = requireWeight(call, 'kernel');
    const axes = [space + 1, space, ...shape.slice(0, space).keys()];
    const dims = axes.map((axis) => shape[axis]!);
    checkGroups(call, input, shape[space]!);
    const output = convolve(call, input, {
      kernel: weightConstant(call, 'kernel', dims, () => permute(data, shape, axes)),
      bias: biasConstant(call),
      filters: dims[0]!,
      groups: 1,
      window: readWindow(call.config, 'kernelSize', space, { dilations: call.config.dilationRate }),
      wish: call.name,
    });
    return applyActivation(call, output);
  };

function checkGroups(call: LayerCall, input: Value, kernelChannels: number): void {
  const axis = channelAxis(dataFormat(call), input.shape.length);
  const channels = knownSize(call, input, axis, 'the number of channels');
  if (channels !== kernelChannels) {
    throw unsupported(call, `grouped convolution: ${channels} channels, kernel for ${kernelChannels}`);
  }
}

/** Kernels kh×kw×in×multiplier become (in·multiplier)×1×kh×kw. */
function depthwise(
  call: LayerCall,
  input: Value,
  window: Window,
  bias: readonly string[],
  wish: string,
): Value {
  const { data, shape } = requireWeight(call, 'depthwise_kernel');
  const [height, width, channels, multiplier] = shape as [number, number, number, number];
  const filters = channels * multiplier;
  const make = () => permute(data, shape, [2, 3, 0, 1]);
  const kernel = weightConstant(call, 'depthwise_kernel', [filters, 1, height, width], make);
  return convolve(call, input, { kernel, bias, filters, groups: channels, window, wish });
}

/** tfjs leaves dilationRate of this layer out of its computation, and so does this. */
const depthwiseConv2d: LayerHandler = (call) => {
  const window = readWindow(call.config, 'kernelSize', 2);
  return applyActivation(call, depthwise(call, spatialInput(call), window, biasConstant(call), call.name));
};

/** A depthwise convolution, then one of 1×1. */
const separableConv2d: LayerHandler = (call) => {
  const bias = biasConstant(call);
  if (dataFormat(call) === 'channelsFirst' && bias.length > 0) {
    throw unsupported(
      call,
      'a bias with channelsFirst, which tfjs adds along the wrong axis; use channelsLast',
    );
  }
  const window = readWindow(call.config, 'kernelSize', 2, { dilations: call.config.dilationRate });
  const spread = depthwise(call, spatialInput(call), window, [], `${call.name}/depthwise`);
  const { data, shape } = requireWeight(call, 'pointwise_kernel');
  const [, , channels, filters] = shape as [number, number, number, number];
  const make = () => permute(data, shape, [3, 2, 0, 1]);
  const kernel = weightConstant(call, 'pointwise_kernel', [filters, channels, 1, 1], make);
  const point: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'valid' };
  const mixed = convolve(call, spread, { kernel, bias, filters, groups: 1, window: point, wish: call.name });
  return activateChannelsLast(call, mixed);
};

/** This layer activates before it goes back to channelsFirst, so softmax runs along the channels. */
function activateChannelsLast(call: LayerCall, value: Value): Value {
  if (dataFormat(call) === 'channelsLast') return applyActivation(call, value);
  const [batch, channels, ...space] = value.shape as [Dim, Dim, ...Dim[]];
  const asLast = { ...value, shape: [batch, ...space, channels], axes: channelsMoved(4) };
  const activated = applyActivation(call, asLast);
  return { ...activated, shape: value.shape, axes: value.axes };
}

/** Convolution layers. */
export const convolutionLayers: Readonly<Record<string, LayerHandler>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
};
