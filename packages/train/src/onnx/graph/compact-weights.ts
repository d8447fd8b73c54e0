import { type Initializer, int, type OnnxGraph } from './graph.js';

/** Smaller constants are not worth two nodes. */
const MIN_ELEMENTS = 512;
const MAX_INT8 = 127;
/** TensorProto.DataType FLOAT, the target of Cast. */
const FLOAT = 1;

/** The axis of a weight's output channels, by the node that takes it as its second input. */
const OUTPUT_AXES: Readonly<Record<string, (rank: number) => number>> = {
  Conv: () => 0,
  ConvTranspose: () => 1,
  // Dense layers never set transB.
  Gemm: (rank) => rank - 1,
  MatMul: (rank) => rank - 1,
};

/**
 * The weight as integers and a scale for each output channel, where that is exact, value for value; `scaleDims` lets the
 * scales be broadcast over the integers.
 */
function asInt8({ dims, data }: Initializer, axis: number | undefined) {
  if (!(data instanceof Float32Array) || axis === undefined) return undefined;
  const count = dims[axis]!;
  const stride = dims.slice(axis + 1).reduce((product, n) => product * n, 1);
  const channelOf = (i: number): number => Math.floor(i / stride) % count;
  const scales = new Float32Array(count);
  for (const [i, value] of data.entries()) {
    const channel = channelOf(i);
    scales[channel] = Math.max(scales[channel]!, Math.abs(value));
  }
  for (let channel = 0; channel < count; channel++)
    scales[channel] = (scales[channel]! || MAX_INT8) / MAX_INT8;
  const integers = new Int8Array(data.length);
  for (const [i, value] of data.entries()) {
    const scale = scales[channelOf(i)]!;
    integers[i] = Math.round(value / scale);
    if (Math.fround(integers[i]! * scale) !== value) return undefined;
  }
  return { integers, scales, scaleDims: dims.map((_, i) => (i === axis ? count : 1)) };
}

function axisOf(graph: OnnxGraph, { name, dims }: Initializer): number | undefined {
  const users = graph.nodes.filter(({ inputs }) => inputs.includes(name));
  const [user] = users;
  if (users.length !== 1 || user!.inputs[1] !== name) return undefined;
  return OUTPUT_AXES[user!.op]?.(dims.length);
}

function stored(graph: OnnxGraph, initializer: Initializer): Pick<OnnxGraph, 'initializers' | 'nodes'> {
  const { name, dims, data } = initializer;
  const weight = data.length < MIN_ELEMENTS ? undefined : asInt8(initializer, axisOf(graph, initializer));
  if (weight === undefined) return { initializers: [initializer], nodes: [] };
  const [integers, scale, floats] = [`${name}/int8`, `${name}/scale`, `${name}/float`];
  return {
    initializers: [
      { name: integers, dims, data: weight.integers },
      { name: scale, dims: weight.scaleDims, data: weight.scales },
    ],
    nodes: [
      { op: 'Cast', name: floats, inputs: [integers], outputs: [floats], attributes: { to: int(FLOAT) } },
      { op: 'Mul', name, inputs: [floats, scale], outputs: [name], attributes: {} },
    ],
  };
}

/**
 * The same graph with weights that are exactly eight-bit integers times a scale stored so: Cast and Mul give back the
 * same floats, bit for bit, and runtimes compute them once, when a session is created.
 */
export function compactWeights(graph: OnnxGraph): OnnxGraph {
  const parts = graph.initializers.map((initializer) => stored(graph, initializer));
  return {
    ...graph,
    initializers: parts.flatMap(({ initializers }) => initializers),
    nodes: [...parts.flatMap(({ nodes }) => nodes), ...graph.nodes],
  };
}
