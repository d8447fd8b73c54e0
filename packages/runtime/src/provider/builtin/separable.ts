import { type Constant, valuesOf } from './constant.js';
import type { Graph, GraphNode } from './graph.js';

/** What a node does with axis 0, the images: it leaves them apart always, or where a check says so. */
type Rule = (node: GraphNode, constants: ReadonlyMap<string, Constant>) => boolean;

const always: Rule = () => true;

/** An attribute or, where it is left out, what ONNX says. */
const integer = (node: GraphNode, name: string, missing: number): number =>
  node.attributes.get(name)?.integer ?? missing;

/** Constants that are stretched over all images. */
const stretched: Rule = ({ inputs }, constants) =>
  inputs.every((name) => {
    const dims = constants.get(name)?.dims;
    return dims === undefined || valuesOf(dims) === 1 || dims.length < 4;
  });

/** The first size is what it was, or what is left. */
const reshaped: Rule = ({ inputs }, constants) => {
  const sizes = constants.get(inputs[1] ?? '')?.data;
  return (
    sizes !== undefined && sizes.length > 1 && (sizes[0] === 0 || (sizes[0] === -1 && !sizes.includes(0)))
  );
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...[
    'AveragePool BatchNormalization Cast Clip Conv ConvTranspose DepthToSpace DequantizeLinear Elu Erf Exp Gemm',
    'GlobalAveragePool GlobalMaxPool HardSigmoid Identity LeakyRelu MaxPool Relu Resize Selu Sigmoid Softplus Softsign',
    'SpaceToDepth Tanh',
  ].flatMap((names) => names.split(' ').map((name) => [name, always] as const)),
  ['Add', stretched],
  ['Mul', stretched],
  ['Sub', stretched],
  ['Reshape', reshaped],
  ['Flatten', (node) => integer(node, 'axis', 1) === 1],
  ['Concat', (node) => integer(node, 'axis', 0) === 1],
  ['Transpose', (node) => node.attributes.get('perm')?.integers[0] === 0],
]);

/**
 * Whether the images of a batch do not meet in a graph of one input and one output, so that some of them after the others
 * give the same as all at once. Only for inputs and outputs of four axes or two, of which the first is the images.
 */
export function keepsImagesApart({ nodes, constants, inputs, outputs }: Graph): boolean {
  const ends = [...inputs, ...outputs];
  if (ends.length !== 2 || ends.some(({ shape }) => typeof shape?.[0] !== 'string')) return false;
  for (const node of nodes) {
    const rule = RULES.get(node.operator);
    if (rule === undefined || !rule(node, constants)) return false;
  }
  return true;
}
