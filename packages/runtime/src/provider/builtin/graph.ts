import { ConvaeError } from '../../errors.js';
import { type Constant, MAX_RANK, readConstant } from './constant.js';
import { appendFloats, appendIntegers, damaged, type Field, readFields, textOf } from './wire.js';

/** Most nodes of a graph. */
const MAX_NODES = 4096;
/** The opsets of ONNX whose operators are known here: all that convae has written is 17. */
const OPSETS = [13, 17] as const;

/** An attribute of a node, in whichever of its fields has a value. */
export interface Attribute {
  float: number;
  integer: number;
  text: string;
  readonly floats: number[];
  readonly integers: number[];
  tensor: Constant | undefined;
}

/** A node of a graph; an input that is left out has an empty name. */
export interface GraphNode {
  operator: string;
  name: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Map<string, Attribute>;
}

/** An input or output of a graph. */
export interface GraphEnd {
  name: string;
  /** ONNX's number of the element type: 1 float32, 6 int32, 7 int64. */
  type: number;
  /** Sizes, or the names of open ones; undefined where the graph does not say. */
  shape: (number | string)[] | undefined;
}

/** An ONNX graph. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly inputs: readonly GraphEnd[];
  readonly outputs: readonly GraphEnd[];
}

/** Reads an ONNX model. @throws ConvaeError GRAPH_INVALID, UNSUPPORTED or LIMIT_EXCEEDED. */
export function readGraph(model: Uint8Array): Graph {
  let graph: Uint8Array | undefined;
  let opset: number | undefined;
  readFields(model, (field) => {
    if (field.number === 7) graph = field.bytes;
    if (field.number === 8) opset = readOpset(field) ?? opset;
  });
  if (graph === undefined) throw damaged('the model has no graph');
  if (opset === undefined || opset < OPSETS[0] || opset > OPSETS[1])
    throw new ConvaeError('UNSUPPORTED', `the graph is of opset ${opset}, expected ${OPSETS.join('..')}`);
  return readBody(graph);
}

/** The version of ONNX's own operators. */
function readOpset({ bytes }: Field): number | undefined {
  let domain = '';
  let version = 0;
  readFields(bytes, (field) => {
    if (field.number === 1) domain = textOf(field);
    if (field.number === 2) version = field.value;
  });
  return domain === '' || domain === 'ai.onnx' ? version : undefined;
}

function readBody(bytes: Uint8Array): Graph {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Constant>();
  const inputs: GraphEnd[] = [];
  const outputs: GraphEnd[] = [];
  readFields(bytes, (field) => {
    if (field.number === 1) nodes.push(readNode(field.bytes));
    if (field.number === 5) addConstant(constants, field.bytes);
    if (field.number === 11) inputs.push(readEnd(field.bytes));
    if (field.number === 12) outputs.push(readEnd(field.bytes));
    if (field.number === 15) throw new ConvaeError('UNSUPPORTED', 'the graph has sparse constants');
    if (nodes.length > MAX_NODES)
      throw new ConvaeError('LIMIT_EXCEEDED', `the graph has more than ${MAX_NODES} nodes`);
  });
  // Graphs of old name their constants among the inputs too.
  const open = inputs.filter(({ name }) => !constants.has(name));
  return { nodes, constants, inputs: open, outputs };
}

function addConstant(constants: Map<string, Constant>, bytes: Uint8Array): void {
  const constant = readConstant(bytes);
  constants.set(constant.name, constant);
}

function readNode(bytes: Uint8Array): GraphNode {
  const node: GraphNode = { operator: '', name: '', inputs: [], outputs: [], attributes: new Map() };
  let domain = '';
  readFields(bytes, (field) => {
    if (field.number === 1) node.inputs.push(textOf(field));
    if (field.number === 2) node.outputs.push(textOf(field));
    if (field.number === 3) node.name = textOf(field);
    if (field.number === 4) node.operator = textOf(field);
    if (field.number === 5) readAttribute(field.bytes, node.attributes);
    if (field.number === 7) domain = textOf(field);
  });
  if (domain !== '' && domain !== 'ai.onnx') node.operator = `${domain}.${node.operator}`;
  return node;
}

function readAttribute(bytes: Uint8Array, attributes: Map<string, Attribute>): void {
  const attribute: Attribute = {
    float: 0,
    integer: 0,
    text: '',
    floats: [],
    integers: [],
    tensor: undefined,
  };
  let name = '';
  readFields(bytes, (field) => {
    if (field.number === 1) name = textOf(field);
    if (field.number === 2) attribute.float = oneFloat(field);
    if (field.number === 3) attribute.integer = field.value;
    if (field.number === 4) attribute.text = textOf(field);
    if (field.number === 5) attribute.tensor = readConstant(field.bytes);
    if (field.number === 7) appendFloats(field, attribute.floats);
    if (field.number === 8) appendIntegers(field, attribute.integers);
  });
  attributes.set(name, attribute);
}

function oneFloat(field: Field): number {
  const floats: number[] = [];
  appendFloats(field, floats);
  return floats[0] ?? 0;
}

function readEnd(bytes: Uint8Array): GraphEnd {
  const end: GraphEnd = { name: '', type: 0, shape: undefined };
  readFields(bytes, (field) => {
    if (field.number === 1) end.name = textOf(field);
    if (field.number === 2) readFields(field.bytes, (type) => type.number === 1 && readType(type.bytes, end));
  });
  return end;
}

function readType(bytes: Uint8Array, end: GraphEnd): void {
  readFields(bytes, (field) => {
    if (field.number === 1) end.type = field.value;
    if (field.number !== 2) return;
    const shape: (number | string)[] = [];
    readFields(field.bytes, (dim) => dim.number === 1 && shape.push(readDim(dim.bytes)));
    if (shape.length > MAX_RANK) throw damaged(`the graph has a tensor of ${shape.length} axes`);
    end.shape = shape;
  });
}

function readDim(bytes: Uint8Array): number | string {
  let dim: number | string = '';
  readFields(bytes, (field) => {
    dim = field.number === 1 ? field.value : textOf(field);
  });
  return dim;
}
