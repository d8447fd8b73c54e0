import type { Tf } from '../setup/backend.js';
import { type ParameterShape, type ParameterValues, parameterShapes } from './parameters.js';
import { type BlockShape, type ChainLink, type Half, type NetworkShapes, traceShapes } from './shapes.js';
import type { Activation, ArchitectureSpec } from './spec.js';

/** Slope of `leakyRelu` left of zero. */
export const LEAKY_SLOPE = 0.2;

type LayersModel = import('@tensorflow/tfjs-layers').LayersModel;
type Symbolic = import('@tensorflow/tfjs-layers').SymbolicTensor;
type Layer = LayersModel['layers'][number];
type LayerActivation = Exclude<Activation, 'leakyRelu'>;

/** Encoder and decoder as tfjs Layers models (N×H×W×C), with weights of their own. */
export interface LayersNetwork {
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
  dispose(): void;
}

/** `leakyRelu` is a layer of its own in tfjs; all others are arguments of the layer before. */
const inline = (activation: Activation): LayerActivation =>
  activation === 'leakyRelu' ? 'linear' : activation;

function coreLayers(tf: Tf, link: ChainLink, name: string): Layer[] {
  const { block, input, output } = link;
  const activation = inline(block.activation);
  switch (block.kind) {
    case 'conv': {
      const { filters, kernel: kernelSize, stride: strides } = block;
      return [tf.layers.conv2d({ name, filters, kernelSize, strides, padding: 'same', activation })];
    }
    case 'transpose': {
      const { filters, kernel: kernelSize, stride: strides } = block;
      return [tf.layers.conv2dTranspose({ name, filters, kernelSize, strides, padding: 'same', activation })];
    }
    case 'nearest':
    case 'bilinear': {
      const size: [number, number] = [block.factor, block.factor];
      const { filters, kernel: kernelSize } = block;
      return [
        tf.layers.upSampling2d({ name: `${name}_upsample`, size, interpolation: block.kind }),
        tf.layers.conv2d({ name, filters, kernelSize, padding: 'same', activation }),
      ];
    }
    case 'expand': {
      const targetShape = [output.height, output.width, output.channels];
      const units = targetShape.reduce((a, b) => a * b, 1);
      return [
        ...flatten(tf, input, name),
        tf.layers.dense({ name, units, activation }),
        tf.layers.reshape({ name: `${name}_reshape`, targetShape }),
      ];
    }
    case 'dense':
      return [...flatten(tf, input, name), tf.layers.dense({ name, units: block.units, activation })];
  }
}

function flatten(tf: Tf, input: BlockShape, name: string): Layer[] {
  return input.flat ? [] : [tf.layers.flatten({ name: `${name}_flatten` })];
}

function blockLayers(tf: Tf, link: ChainLink, name: string): Layer[] {
  const layers = coreLayers(tf, link, name);
  const { block } = link;
  if (block.activation === 'leakyRelu') {
    layers.push(tf.layers.leakyReLU({ name: `${name}_leaky`, alpha: LEAKY_SLOPE }));
  }
  if (block.kind === 'conv' && block.pool > 1) {
    layers.push(
      tf.layers.maxPooling2d({
        name: `${name}_pool`,
        poolSize: block.pool,
        strides: block.pool,
        padding: 'valid',
      }),
    );
  }
  return layers;
}

/** The layers of one half, called one behind the other, and the linear transform beside them. */
function halfModel(tf: Tf, part: Half, { linear, anySize, ...shapes }: NetworkShapes): LayersModel {
  const links = shapes[part];
  const first = links[0]!.input;
  const spatial = anySize ? [null, null] : [first.height, first.width];
  const shape = first.flat ? [first.channels] : [...spatial, first.channels];
  const input = tf.input({ name: `${part}_input`, shape });
  const through = (layers: readonly Layer[]): Symbolic =>
    layers.reduce<Symbolic>((x, layer) => layer.apply(x) as Symbolic, input);
  const blocks = through(links.flatMap((link, index) => blockLayers(tf, link, `${part}_${index + 1}`)));
  if (linear === undefined) return tf.model({ name: part, inputs: input, outputs: blocks });
  const beside = through(blockLayers(tf, linear[part], `${part}_linear`));
  const sum = tf.layers.add({ name: `${part}_sum` }).apply([blocks, beside]) as Symbolic;
  return tf.model({ name: part, inputs: input, outputs: sum });
}

/** The layer that holds a tensor: `encoder/0/kernel` is one of `encoder_1`. */
function layerName({ name, part }: ParameterShape): string {
  const place = name.split('/')[1]!;
  return `${part}_${place === 'linear' ? place : Number(place) + 1}`;
}

function setWeights(tf: Tf, model: LayersModel, spec: ArchitectureSpec, values: ParameterValues): void {
  for (const [i, shape] of parameterShapes(spec).entries()) {
    if (shape.part !== model.name || shape.role !== 'kernel') continue;
    const kernel = tf.tensor(values[i]!, [...shape.shape]);
    const bias = tf.tensor(values[i + 1]!);
    model.getLayer(layerName(shape)).setWeights([kernel, bias]);
    tf.dispose([kernel, bias]);
  }
}

/** Build both halves as tfjs Layers models and give them the weights. */
export function buildLayersNetwork(tf: Tf, spec: ArchitectureSpec, values: ParameterValues): LayersNetwork {
  const shapes = traceShapes(spec);
  const encoder = halfModel(tf, 'encoder', shapes);
  const decoder = halfModel(tf, 'decoder', shapes);
  for (const model of [encoder, decoder]) setWeights(tf, model, spec, values);
  const dispose = (): void => {
    encoder.dispose();
    decoder.dispose();
  };
  return { encoder, decoder, dispose };
}
