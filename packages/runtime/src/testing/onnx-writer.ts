/**
 * Writes the few parts of an ONNX model that the tests' tiny networks need, straight to protobuf bytes.
 * Field numbers: onnx.proto (IR version 8).
 */
interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly strings?: Readonly<Record<string, string>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly weights: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** The bytes of a model at opset 17, IR 8. */
export function writeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const body = [
    ...graph.nodes.map((node) => bytes(1, nodeProto(node))),
    text(2, graph.name),
    ...graph.weights.map((tensor) => bytes(5, tensorProto(tensor))),
    bytes(11, valueProto(graph.input)),
    bytes(12, valueProto(graph.output)),
  ];
  return concat([integer(1, 8), bytes(7, concat(body)), bytes(8, integer(2, 17))]);
}

function nodeProto({ type, inputs, output, ints = {}, strings = {} }: OnnxNode): Uint8Array {
  return concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, type),
    ...Object.entries(ints).map(([name, values]) => bytes(5, intsAttribute(name, values))),
    ...Object.entries(strings).map(([name, value]) =>
      bytes(5, concat([text(1, name), text(4, value), integer(20, 3)])),
    ),
  ]);
}

function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return concat([text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7)]);
}

function tensorProto({ name, dims, data }: OnnxTensor): Uint8Array {
  const raw = new Uint8Array(data.length * 4);
  const view = new DataView(raw.buffer);
  for (const [i, value] of data.entries()) view.setFloat32(i * 4, value, true);
  return concat([...dims.map((dim) => integer(1, dim)), integer(2, 1), text(8, name), bytes(9, raw)]);
}

function valueProto({ name, shape }: OnnxValue): Uint8Array {
  const dims = shape.map((dim) => bytes(1, typeof dim === 'number' ? integer(1, dim) : text(2, dim)));
  return concat([text(1, name), bytes(2, bytes(1, concat([integer(1, 1), bytes(2, concat(dims))])))]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
