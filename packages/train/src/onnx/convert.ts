import { ConvaeError } from '@convae/runtime/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { GraphBuilder } from './builder.js';
import type { Dim, ElementType, GraphTensor, OnnxGraph } from './graph/graph.js';
import { serializeGraph } from './graph/serialize.js';
import { convertLayer } from './layers/registry.js';
import { asIs, channelsMoved, storedShape, type Value } from './layout.js';
import { allLayers, type Container, walkModel } from './model/tfjs-model.js';

/** Options of {@link convertModel}. */
export interface ConvertOptions {
  /** Name of the graph; the model's own name otherwise. */
  readonly name?: string;
  /** Documentation kept inside the graph. */
  readonly docString?: string;
  /** One name per input, in the model's order; the model's own names otherwise. */
  readonly inputNames?: readonly string[];
  /** One name per output, in the model's order; the model's own names otherwise. */
  readonly outputNames?: readonly string[];
  /** True: 4-D inputs take any height and width, though the model was built for one size. */
  readonly dynamicSize?: boolean;
  /** True: inputs and outputs of two dimensions become N×C×1×1. */
  readonly raiseVectors?: boolean;
  readonly producerVersion?: string;
}

/** A tensor at the border of a converted graph; its sizes are in the order of the graph. */
export interface TensorInfo extends GraphTensor {
  /**
   * axes[i] is the axis of the tfjs tensor that the graph keeps at place i. Shorter than `shape` where sizes of 1
   * were appended.
   */
  readonly axes: readonly number[];
}

/** What a layer call became. */
export interface LayerOutput {
  readonly layer: string;
  readonly className: string;
  readonly value: Value;
}

/** A converted model. */
export interface ConvertedModel {
  /** The .onnx file. */
  readonly bytes: Uint8Array;
  readonly graph: OnnxGraph;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** The output of every layer call, in the order of computing. */
  readonly layers: readonly LayerOutput[];
}

/**
 * Converts a tfjs Layers model to ONNX (opset 17, IR 8).
 *
 * Tensors of 4 and 5 dimensions have their channels at place 1 (N×C×H×W), inputs and outputs included; models whose
 * layers all say `channelsFirst` are in that order already. All others keep tfjs's order. The batch is dynamic.
 * @throws ConvaeError UNSUPPORTED naming the layer that cannot be expressed; NON_FINITE for weights that are not
 * numbers; LIMIT_EXCEEDED for weights beyond 2 GiB.
 * @throws RangeError where inputNames or outputNames do not fit the model.
 */
export function convertModel(model: LayersModel, options: ConvertOptions = {}): ConvertedModel {
  const container = builtContainer(model);
  const builder = new GraphBuilder();
  const inputs = createInputs(builder, container, options);
  const outputNames = reserveOutputNames(builder, container, options);
  const layers: LayerOutput[] = [];
  const starts = inputs.map((input) => lowerVector(builder, input));
  const results = walkModel<Value>(container, starts, (layer, values, name) => {
    const config = layer.getConfig();
    const value = convertLayer({ builder, layer, config, name, inputs: values });
    layers.push({ layer: name, className: layer.getClassName(), value });
    return value;
  });
  const outputs = createOutputs(builder, container, results, outputNames, options);
  const graph = assemble(builder, container, inputs, outputs, options);
  const bytes = serializeGraph(graph, options.producerVersion ?? '');
  const named = layers.map((layer) => ({ ...layer, value: builder.current(layer.value) }));
  return { bytes, graph, inputs: inputs.map(({ info }) => info), outputs, layers: named };
}

function builtContainer(model: LayersModel): Container {
  const container = model as unknown as Container;
  if (!container?.inputs?.length || !container.outputs?.length) {
    const reason = 'The model is not built: give its first layer an inputShape';
    throw new ConvaeError('UNSUPPORTED', reason);
  }
  return container;
}

function checkNames(names: readonly string[] | undefined, count: number, option: string): void {
  if (names === undefined) return;
  if (names.length === count && new Set(names).size === count && names.every((name) => name.length > 0))
    return;
  throw new RangeError(`expected ${count} different names for ${option}, received ${JSON.stringify(names)}`);
}

interface GraphInput {
  readonly info: TensorInfo;
  readonly value: Value;
}

function createInputs(builder: GraphBuilder, container: Container, options: ConvertOptions): GraphInput[] {
  checkNames(options.inputNames, container.inputs.length, 'inputNames');
  const hasImages = container.inputs.some(({ shape }) => shape.length === 4);
  if (options.dynamicSize && !hasImages) {
    throw new ConvaeError('UNSUPPORTED', 'A dynamic size needs a 4-D input, N×H×W×C; the model has none');
  }
  return container.inputs.map((tensor, i) => {
    const name = builder.tensorName(options.inputNames?.[i] ?? tensor.sourceLayer.name);
    const axes = borderAxes(container, tensor.shape.length);
    const shape = inputShape(tensor.shape, axes, options, i === 0 ? '' : `${name}_`);
    const value: Value = { name, type: elementType(tensor.dtype, name), shape, axes };
    return { value, info: { name, type: value.type, axes, shape: borderShape(value, options) } };
  });
}

/** Names for the open sizes: batch, height, width; those of further inputs begin with the input's name. */
function inputShape(
  shape: readonly (number | null)[],
  axes: readonly number[],
  options: ConvertOptions,
  prefix: string,
): Dim[] {
  const names =
    shape.length === 4 ? ['batch', 'channels', 'height', 'width'] : shape.map((_, i) => `size_${i}`);
  return shape.map((size, axis) => {
    const place = axes.indexOf(axis);
    if (place === 0) return 'batch';
    const open =
      size === null || size < 0 || (options.dynamicSize === true && shape.length === 4 && place > 1);
    return open ? `${prefix}${names[place]}` : size;
  });
}

function elementType(dtype: string, name: string): ElementType {
  if (dtype === 'float32' || dtype === 'int32') return dtype;
  const message = `Input "${name}" is of the type ${dtype}; supported are float32 and int32`;
  throw new ConvaeError('UNSUPPORTED', message);
}

/** Models that keep their channels first throughout need no transposing at their borders. */
function isChannelsFirst(container: Container): boolean {
  const formats = allLayers(container).map((layer) => layer.getConfig().dataFormat);
  return formats.includes('channelsFirst') && !formats.includes('channelsLast');
}

const borderAxes = (container: Container, rank: number): number[] =>
  rank >= 4 && !isChannelsFirst(container) ? channelsMoved(rank) : asIs(rank);

const isRaised = (value: Value, options: ConvertOptions): boolean =>
  options.raiseVectors === true && value.shape.length === 2;

const borderShape = (value: Value, options: ConvertOptions): Dim[] =>
  isRaised(value, options) ? [...storedShape(value), 1, 1] : storedShape(value);

function lowerVector(builder: GraphBuilder, { info, value }: GraphInput): Value {
  if (info.shape.length === value.shape.length) return value;
  return builder.reshape(value, `${value.name}/vector`, value.shape, {});
}

/** Before any node is written, so that no node's output takes them. */
function reserveOutputNames(builder: GraphBuilder, container: Container, options: ConvertOptions): string[] {
  const wishes = options.outputNames;
  checkNames(wishes, container.outputs.length, 'outputNames');
  return container.outputs.map((tensor, i) => {
    const name = builder.tensorName(wishes?.[i] ?? tensor.sourceLayer.name);
    if (wishes === undefined || name === wishes[i]) return name;
    throw new RangeError(`expected a name that no input has for outputNames, received ${wishes[i]}`);
  });
}

function createOutputs(
  builder: GraphBuilder,
  container: Container,
  results: readonly Value[],
  names: readonly string[],
  options: ConvertOptions,
): TensorInfo[] {
  const taken = new Set<string>();
  return results.map((result, i) => {
    const axes = borderAxes(container, result.shape.length);
    const name = names[i]!;
    const arranged = builder.arrange(builder.current(result), axes, name);
    const shape = borderShape(arranged, options);
    const value = isRaised(arranged, options)
      ? builder.reshape(arranged, `${name}/raised`, shape, {})
      : arranged;
    nameOutput(builder, value, name, taken);
    return { name, type: value.type, shape, axes };
  });
}

/** Gives the tensor its name; a tensor that is an input, or an output already, is copied. */
function nameOutput(builder: GraphBuilder, value: Value, name: string, taken: Set<string>): void {
  const free = builder.computes(value.name) && !taken.has(value.name);
  const source = free ? value.name : builder.apply('Identity', `${name}/output`, value).name;
  builder.rename(source, name);
  taken.add(name);
}

function assemble(
  builder: GraphBuilder,
  container: Container,
  inputs: readonly GraphInput[],
  outputs: readonly TensorInfo[],
  options: ConvertOptions,
): OnnxGraph {
  const name = options.name ?? container.name;
  const order = isChannelsFirst(container) ? '' : ' Images are N×C×H×W here, N×H×W×C there.';
  const source = `Converted from the TensorFlow.js Layers model "${container.name}".`;
  const docString = options.docString ?? source + order;
  return {
    name,
    docString,
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: inputs.map(({ info }) => info),
    outputs,
  };
}
