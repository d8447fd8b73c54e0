import { channelsMoved, type Value } from '../layout.js';
import { scaleDim } from '../onnx/dims.js';
import { type Attribute, type Dim, int, text } from '../onnx/graph.js';
import { floatInput, type LayerCall, type LayerHandler, unsupported } from './context.js';
import { spatialInput, withSpace } from './convolution.js';
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

/** To a fixed size, corners on corners unless cropToAspectRatio is set: so does tfjs. */
const resizing: LayerHandler = (call) => {
  const input = floatInput(call);
  const { builder, name, config } = call;
  if (input.shape.length !== 4) throw unsupported(call, `takes 4-D images, received ${input.shape.length}-D`);
  const value = builder.arrange(input, channelsMoved(4), name);
  const size = [Number(config.height), Number(config.width)];
  const linear = config.interpolation !== 'nearest';
  const corners = config.cropToAspectRatio !== true;
  const attributes: Record<string, Attribute> = {
    mode: text(linear ? 'linear' : 'nearest'),
    coordinate_transformation_mode: text(corners ? 'align_corners' : 'asymmetric'),
    ...(linear ? {} : { nearest_mode: text(corners ? 'round_prefer_ceil' : 'floor') }),
  };
  const shape: Dim[] = [value.shape[0]!, size[0]!, size[1]!, value.shape[3]!];
  return builder.apply('Resize', name, value, ['', '', resizeTarget(call, value, size)], attributes, {
    shape,
  });
};

/** batch and channels of the tensor itself, then the wished size. */
function resizeTarget(call: LayerCall, value: Value, size: readonly number[]): string {
  const { builder, name } = call;
  const attributes = { start: int(0), end: int(2) };
  const head = builder.apply('Shape', `${name}/Shape`, value, [], attributes, { type: 'int64' });
  return builder.node('Concat', `${name}/sizes`, [head.name, builder.integers(size)], { axis: int(0) });
}

/** Layers that change the resolution. */
export const resizeLayers: Readonly<Record<string, LayerHandler>> = {
  Resizing: resizing,
  UpSampling2D: upSampling2d,
};
