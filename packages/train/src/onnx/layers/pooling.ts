import { type Attribute, int, ints } from '../graph/graph.js';
import { asIs, spatialAxes, storedAxes } from '../layout.js';
import { isChannelsFirst, spatialInput, withSpace } from './convolution.js';
import { floatInput, type LayerHandler } from './layer-call.js';
import { paddingAttributes, readWindow, storedSpace, windowOutput } from './window.js';

const pooling =
  (op: 'MaxPool' | 'AveragePool', space: number): LayerHandler =>
  (call) => {
    const input = spatialInput(call);
    const window = readWindow(call.config, 'poolSize', space);
    const attributes: Record<string, Attribute> = {
      kernel_shape: ints(window.kernel),
      strides: ints(window.strides),
      ...paddingAttributes(storedSpace(input), window),
    };
    // TensorFlow divides by the number of elements that lie inside the image.
    if (op === 'AveragePool') attributes.count_include_pad = int(0);
    const channels = input.shape[input.axes[1]!]!;
    const shape = withSpace(call, input, channels, windowOutput(storedSpace(input), window));
    return call.builder.apply(op, call.name, input, [], attributes, { shape });
  };

/** Reduces all axes of space and leaves batch×channels. */
const globalPooling =
  (op: 'ReduceMean' | 'ReduceMax'): LayerHandler =>
  (call) => {
    const input = floatInput(call);
    const axes = spatialAxes(isChannelsFirst(call), input.shape.length).slice(2);
    const shape = input.shape.filter((_, axis) => !axes.includes(axis));
    const attributes = { axes: ints(storedAxes(input, axes)), keepdims: int(0) };
    return call.builder.apply(op, call.name, input, [], attributes, { shape, axes: asIs(shape.length) });
  };

/** Pooling layers. */
export const poolingLayers: Readonly<Record<string, LayerHandler>> = {
  AveragePooling1D: pooling('AveragePool', 1),
  AveragePooling2D: pooling('AveragePool', 2),
  AveragePooling3D: pooling('AveragePool', 3),
  GlobalAveragePooling1D: globalPooling('ReduceMean'),
  GlobalAveragePooling2D: globalPooling('ReduceMean'),
  GlobalMaxPooling1D: globalPooling('ReduceMax'),
  GlobalMaxPooling2D: globalPooling('ReduceMax'),
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  MaxPooling3D: pooling('MaxPool', 3),
};
