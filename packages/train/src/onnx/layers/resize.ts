import { scaleDim } from '../graph/dims.js';
import { type Attribute, text } from '../graph/graph.js';
import { spatialInput, withSpace } from './convolution.js';
import type { LayerHandler } from './layer-call.js';
import { numbers, storedSpace } from './window.js';

/** tfjs resizes without half-pixel centres: the corner of the image is the corner pixel. */
const upSampling2d: LayerHandler = (call) => {
  const input = spatialInput(call);
  const size = numbers(call.config.size, 2);
  const { builder } = call;
  const linear = call.config.interpolation === 'bilinear';
  const attributes: Record<string, Attribute> = {
    mode: text(linear ? 'linear' : 'nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    ...(linear ? {} : { nearest_mode: text('floor') }),
  };
  const space = storedSpace(input).map((dim, i) => scaleDim(dim, size[i]!));
  const shape = withSpace(call, input, input.shape[input.axes[1]!]!, space);
  return builder.apply('Resize', call.name, input, ['', builder.floats([1, 1, ...size])], attributes, {
    shape,
  });
};

/** Layers that change the resolution. */
export const resizeLayers: Readonly<Record<string, LayerHandler>> = {
  UpSampling2D: upSampling2d,
};
