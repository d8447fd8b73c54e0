import type { Tf } from '../setup/backend.js';
import { type ParameterValues, parameterShapes } from './parameters.js';
import { type BlockShape, type ChainLink, traceShapes } from './shapes.js';
import type { Activation, ArchitectureSpec } from './spec.js';

/** Slope of `leakyRelu` left of zero. */
export const LEAKY_SLOPE = 0.2;

type Sequential = import('@tensorflow/tfjs-layers').Sequential;
type Layer = Parameters<Sequential['add']>[0];
type LayerActivation = Exclude<Activation, 'leakyRelu'>;

/** Encoder and decoder as tfjs Layers models (N×H×W×C), with weights of their own. */
export interface LayersNetwork {
  readonly encoder: Sequential;
  readonly decoder: Sequential;
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

function sequential(
  tf: Tf,
  part: 'encoder' | 'decoder',
  links: readonly ChainLink[],
  anySize: boolean,
): Sequential {
  const first = links[0]!.input;
  const spatial = anySize ? [null, null] : [first.height, first.width];
  const batchInputShape = first.flat ? [null, first.channels] : [null, ...spatial, first.channels];
  const model = tf.sequential({ name: part });
  model.add(tf.layers.inputLayer({ name: `${part}_input`, batchInputShape }));
  for (const [index, link] of links.entries()) {
    for (const layer of blockLayers(tf, link, `${part}_${index + 1}`)) model.add(layer);
  }
  return model;
}

function setWeights(tf: Tf, model: Sequential, spec: ArchitectureSpec, values: ParameterValues): void {
  const part = model.name;
  const weights = parameterShapes(spec).flatMap((p, i) =>
    p.part === part ? [tf.tensor(values[i]!, [...p.shape])] : [],
  );
  model.setWeights(weights);
  for (const weight of weights) weight.dispose();
}

/** Build both halves as tfjs Layers models and give them the weights. */
export function buildLayersNetwork(tf: Tf, spec: ArchitectureSpec, values: ParameterValues): LayersNetwork {
  const { encoder: encoderLinks, decoder: decoderLinks, anySize } = traceShapes(spec);
  const encoder = sequential(tf, 'encoder', encoderLinks, anySize);
  const decoder = sequential(tf, 'decoder', decoderLinks, anySize);
  for (const model of [encoder, decoder]) setWeights(tf, model, spec, values);
  const dispose = (): void => {
    encoder.dispose();
    decoder.dispose();
  };
  return { encoder, decoder, dispose };
}
