import { addDim, scaleDim } from '../graph/dims.js';
import type { Dim } from '../graph/graph.js';
import { int, ints } from '../graph/graph.js';
import { permute } from '../layout.js';
import { applyActivation } from './activations.js';
import { spatialInput, withSpace } from './convolution.js';
import { biasConstant, type LayerHandler, requireWeight, weightConstant } from './layer-call.js';
import { readWindow, storedSpace } from './window.js';

/**
 * tfjs makes the output input·stride long with `same`, and at least that with `valid`. In ONNX's terms the full
 * result, (input-1)·stride + kernel, is cut by `pads` or lengthened by `output_padding`; neither depends on the
 * input's size.
 */
function axisGeometry(dim: Dim, kernel: number, stride: number, padding: 'same' | 'valid') {
  const surplus = Math.max(kernel - stride, 0);
  const cut = padding === 'same' ? surplus : 0;
  return {
    begin: Math.floor(cut / 2),
    end: Math.ceil(cut / 2),
    extra: Math.max(stride - kernel, 0),
    output: addDim(scaleDim(dim, stride), surplus - cut),
  };
}

/** Conv2DTranspose and Conv3DTranspose; kernels k×…×out×in become in×out×k×…. */
const transposedConvolution =
  (space: number): LayerHandler =>
  (call) => {
    const input = spatialInput(call);
    const { data, shape } = requireWeight(call, 'kernel');
    const axes = [space + 1, space, ...shape.slice(0, space).keys()];
    const dims = axes.map((axis) => shape[axis]!);
    const kernel = weightConstant(call, 'kernel', dims, () => permute(data, shape, axes));
    const window = readWindow(call.config, 'kernelSize', space);
    const geometry = storedSpace(input).map((dim, i) =>
      axisGeometry(dim, window.kernel[i]!, window.strides[i]!, window.padding),
    );
    const attributes = {
      kernel_shape: ints(window.kernel),
      strides: ints(window.strides),
      dilations: ints(window.dilations),
      group: int(1),
      pads: ints([...geometry.map(({ begin }) => begin), ...geometry.map(({ end }) => end)]),
      output_padding: ints(geometry.map(({ extra }) => extra)),
    };
    const outputSpace = geometry.map(({ output }) => output);
    const change = { shape: withSpace(call, input, dims[1]!, outputSpace) };
    const operands = [kernel, ...biasConstant(call)];
    return applyActivation(
      call,
      call.builder.apply('ConvTranspose', call.name, input, operands, attributes, change),
    );
  };

/** Transposed convolution layers. */
export const transposedConvolutionLayers: Readonly<Record<string, LayerHandler>> = {
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
};
