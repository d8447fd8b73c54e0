import { create, toBinary } from '@bufbuild/protobuf';
import { ConvaeError } from '@convae/runtime/core';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { compactWeights } from './compact-weights.js';
import type { Attribute, Dim, ElementType, GraphTensor, Initializer, OnnxGraph, OnnxNode } from './graph.js';

/** Operator set of every exported graph. */
const OPSET_VERSION = 17;
/** ONNX file format version of every exported graph. */
const IR_VERSION = 8;
/** Largest graph that can be written, bytes: protobuf messages end at 2 GiB. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;

const ELEMENT_TYPES: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

function attributeProto(name: string, { kind, value }: Attribute): AttributeProto {
  const { INT, INTS, FLOAT, STRING } = AttributeProto_AttributeType;
  switch (kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: FLOAT, f: value });
    case 'string':
      return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  }
}

function nodeProto(node: OnnxNode): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.op,
    name: node.name,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  });
}

/** raw_data is little-endian whatever the machine is. */
function rawBytes(data: Initializer['data']): Uint8Array<ArrayBuffer> {
  if (data instanceof Int8Array) return Uint8Array.from(data);
  const bytes = new Uint8Array(data.length * data.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (typeof value === 'bigint') view.setBigInt64(i * 8, value, true);
    else view.setFloat32(i * 4, value, true);
  }
  return bytes;
}

function dataType(data: Initializer['data']): TensorProto_DataType {
  if (data instanceof Int8Array) return TensorProto_DataType.INT8;
  return data instanceof Float32Array ? TensorProto_DataType.FLOAT : TensorProto_DataType.INT64;
}

function tensorProto({ name, dims, data }: Initializer): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: dataType(data),
    rawData: rawBytes(data),
  });
}

const dimension = (dim: Dim) => ({
  value:
    typeof dim === 'number'
      ? { case: 'dimValue' as const, value: BigInt(dim) }
      : { case: 'dimParam' as const, value: dim },
});

function valueInfoProto({ name, type, shape }: GraphTensor): ValueInfoProto {
  const tensorType = { elemType: ELEMENT_TYPES[type], shape: { dim: shape.map(dimension) } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } });
}

function graphProto(graph: OnnxGraph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    docString: graph.docString,
    node: graph.nodes.map(nodeProto),
    initializer: graph.initializers.map(tensorProto),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
  });
}

/**
 * Writes a graph as the bytes of an .onnx file (ModelProto, opset 17, IR 8).
 * @throws ConvaeError LIMIT_EXCEEDED where the weights do not fit into 2 GiB.
 */
export function serializeGraph(graph: OnnxGraph, producerVersion: string): Uint8Array {
  const weightBytes = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (weightBytes > MAX_ONNX_BYTES) {
    const message = `The weights take ${weightBytes} bytes; an ONNX file holds 2 GiB`;
    throw new ConvaeError('LIMIT_EXCEEDED', message);
  }
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    opsetImport: [{ domain: '', version: BigInt(OPSET_VERSION) }],
    producerName: 'convae',
    producerVersion,
    docString: graph.docString,
    graph: graphProto(compactWeights(graph)),
  });
  return toBinary(ModelProtoSchema, model);
}
