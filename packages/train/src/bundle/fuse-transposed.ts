import { type Initializer, int, ints, type OnnxGraph, type OnnxNode, text } from '../onnx/graph/graph.js';

/** Most weights that one rewritten convolution may have. */
const MAX_FUSED_WEIGHTS = 1 << 22;

const ELEMENTWISE: readonly string[] = [
  'Clip',
  'Elu',
  'HardSigmoid',
  'LeakyRelu',
  'Relu',
  'Selu',
  'Sigmoid',
  'Softplus',
  'Softsign',
  'Tanh',
  'ThresholdedRelu',
];

/** From the first to the last of transposed convolutions one behind the other; all others between are elementwise. */
type Chain = readonly OnnxNode[];

/**
 * Rewrites transposed convolutions whose kernel equals their stride. Their outputs do not overlap: each input cell
 * decodes alone into a block of pixels, so a chain of them is a chain of 1×1 convolutions, whose channels are the
 * pixels of the block, and one DepthToSpace at the end.
 * @returns The rewritten graph, or null where there is nothing to rewrite.
 */
export function fuseTransposedConvolutions(graph: OnnxGraph): OnnxGraph | null {
  const chains = findChains(graph);
  if (chains.length === 0) return null;
  const constants = new Map(graph.initializers.map((constant) => [constant.name, constant]));
  const added: Initializer[] = [];
  const replaced = new Map<OnnxNode, OnnxNode[]>();
  for (const chain of chains) {
    const rewritten = rewriteChain(chain, constants);
    if (!rewritten) continue;
    added.push(...rewritten.constants);
    chain.forEach((node, i) => {
      replaced.set(node, i === 0 ? rewritten.nodes : []);
    });
  }
  if (replaced.size === 0) return null;
  const nodes = graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = [...graph.initializers, ...added].filter(({ name }) => used.has(name));
  return { ...graph, nodes, initializers };
}

function findChains(graph: OnnxGraph): Chain[] {
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const taken = new Set<OnnxNode>();
  const follower = (node: OnnxNode): OnnxNode | null => {
    const [output] = node.outputs;
    const consumers = graph.nodes.filter(({ inputs }) => inputs.includes(output!));
    return consumers.length === 1 && !outputs.has(output!) ? consumers[0]! : null;
  };
  return graph.nodes.flatMap((node) => {
    if (taken.has(node) || !isBlockwise(node, weights)) return [];
    const chain = followChain(node, follower, weights);
    for (const member of chain) taken.add(member);
    return [chain];
  });
}

function followChain(
  start: OnnxNode,
  follower: (node: OnnxNode) => OnnxNode | null,
  weights: ReadonlySet<string>,
): Chain {
  const nodes = [start];
  const pending: OnnxNode[] = [];
  for (let node = follower(start); node; node = follower(node)) {
    pending.push(node);
    if (isBlockwise(node, weights)) nodes.push(...pending.splice(0));
    else if (!ELEMENTWISE.includes(node.op)) break;
  }
  return nodes;
}

/** Kernel = stride, square, nothing cut off or added. */
function isBlockwise({ op, attributes, inputs }: OnnxNode, weights: ReadonlySet<string>): boolean {
  if (op !== 'ConvTranspose' || !inputs.slice(1).every((name) => weights.has(name))) return false;
  const kernel = list(attributes.kernel_shape);
  const strides = list(attributes.strides);
  const plain = [...list(attributes.pads), ...list(attributes.output_padding)].every((size) => size === 0);
  return kernel.length === 2 && [...kernel, ...strides].every((size) => size === kernel[0]) && plain;
}

const list = (attribute: OnnxNode['attributes'][string] | undefined): readonly number[] =>
  attribute?.kind === 'ints' ? attribute.value : [];

function rewriteChain(chain: Chain, constants: ReadonlyMap<string, Initializer>) {
  const nodes: OnnxNode[] = [];
  const added: Initializer[] = [];
  let block = 1;
  for (const node of chain) {
    if (ELEMENTWISE.includes(node.op)) {
      nodes.push(node);
      continue;
    }
    const fused = pointConvolution(node, constants, block);
    if (!fused) return null;
    nodes.push(fused.node);
    added.push(...fused.constants);
    block *= fused.kernel;
  }
  const before = nodes.at(-1)!;
  const [output] = before.outputs;
  before.outputs = [`${output}/blocks`];
  nodes.push({
    op: 'DepthToSpace',
    name: `${chain.at(-1)!.name}/DepthToSpace`,
    inputs: before.outputs,
    outputs: [output!],
    attributes: { blocksize: int(block), mode: text('CRD') },
  });
  return { nodes, constants: added };
}

/** The 1×1 convolution on channels that are ordered channel, row in the block, column in the block. */
function pointConvolution(node: OnnxNode, constants: ReadonlyMap<string, Initializer>, block: number) {
  const [input, kernelName, biasName] = node.inputs;
  const { dims, data } = constants.get(kernelName!)!;
  const [channels, filters, kernel] = dims as [number, number, number, number];
  const wide = block * kernel;
  const [columns, rows] = [channels * block ** 2, filters * wide ** 2];
  if (columns * rows > MAX_FUSED_WEIGHTS) return null;
  const weights = blockMatrix(data as Float32Array, { channels, filters, kernel, block });
  const fusedKernel = { name: `${kernelName}_fused`, dims: [rows, columns, 1, 1], data: weights };
  const bias = biasName ? repeatedBias(constants.get(biasName)!, wide ** 2) : null;
  const result: OnnxNode = {
    op: 'Conv',
    name: `${node.name}/blocks`,
    inputs: [input!, fusedKernel.name, ...(bias ? [bias.name] : [])],
    outputs: [...node.outputs],
    attributes: { kernel_shape: ints([1, 1]) },
  };
  return { node: result, kernel, constants: bias ? [fusedKernel, bias] : [fusedKernel] };
}

function repeatedBias({ name, data }: Initializer, times: number): Initializer {
  const length = data.length * times;
  const wide = Float32Array.from({ length }, (_, i) => Number(data[Math.floor(i / times)]));
  return { name: `${name}_fused`, dims: [length], data: wide };
}

interface BlockSizes {
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  /** Side of the block that the input's channels stand for. */
  readonly block: number;
}

/** Each pixel of the output block depends on the one pixel of the input block that it lies in. */
function blockMatrix(data: Float32Array, { channels, filters, kernel, block }: BlockSizes): Float32Array {
  const wide = block * kernel;
  const columns = channels * block ** 2;
  const matrix = new Float32Array(filters * wide ** 2 * columns);
  for (let filter = 0; filter < filters; filter++) {
    for (let pixel = 0; pixel < wide ** 2; pixel++) {
      const [y, x] = [Math.floor(pixel / wide), pixel % wide];
      const source = Math.floor(y / kernel) * block + Math.floor(x / kernel);
      const tap = (y % kernel) * kernel + (x % kernel);
      for (let channel = 0; channel < channels; channel++) {
        const row = filter * wide ** 2 + pixel;
        matrix[row * columns + channel * block ** 2 + source] =
          data[(channel * filters + filter) * kernel ** 2 + tap]!;
      }
    }
  }
  return matrix;
}
