import { ConvaeError } from '../../errors.js';
import { appendFloats, appendIntegers, damaged, readFields, textOf } from './wire.js';

/** What a constant's values are kept as; integers of 64 bits as doubles. */
export type ConstantData = Float32Array | Int32Array | Int8Array | Uint8Array | Float64Array;

/** A constant of a graph. */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: ConstantData;
}

/** Most axes of a tensor. */
export const MAX_RANK = 8;
/** Most values of a constant. */
const MAX_VALUES = 1 << 26;

/** Bytes of a value in the raw form, and a reader of them, by ONNX's number of the type. */
const TYPES: Readonly<Record<number, readonly [number, (view: DataView, count: number) => ConstantData]>> = {
  1: [4, (view, n) => fill(new Float32Array(n), (i) => view.getFloat32(4 * i, true))],
  2: [1, (view, n) => fill(new Uint8Array(n), (i) => view.getUint8(i))],
  3: [1, (view, n) => fill(new Int8Array(n), (i) => view.getInt8(i))],
  6: [4, (view, n) => fill(new Int32Array(n), (i) => view.getInt32(4 * i, true))],
  7: [8, (view, n) => fill(new Float64Array(n), (i) => Number(view.getBigInt64(8 * i, true)))],
};

function fill<T extends ConstantData>(data: T, at: (i: number) => number): T {
  for (let i = 0; i < data.length; i++) data[i] = at(i);
  return data;
}

/** How many values a shape has. @throws ConvaeError GRAPH_INVALID or LIMIT_EXCEEDED. */
export function valuesOf(dims: readonly number[], most = MAX_VALUES): number {
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0))
    throw damaged(`the graph has a tensor of ${dims.join('×')}`);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count <= most) return count;
  throw new ConvaeError('LIMIT_EXCEEDED', `a tensor of ${dims.join('×')} has more than ${most} values`);
}

/** Reads a TensorProto. @throws ConvaeError GRAPH_INVALID, UNSUPPORTED or LIMIT_EXCEEDED. */
export function readConstant(bytes: Uint8Array): Constant {
  const dims: number[] = [];
  const listed: number[] = [];
  let [type, name, raw] = [0, '', undefined as Uint8Array | undefined];
  readFields(bytes, (field) => {
    if (field.number === 1) appendIntegers(field, dims);
    if (field.number === 2) type = field.value;
    if (field.number === 4) appendFloats(field, listed);
    if (field.number === 5 || field.number === 7) appendIntegers(field, listed);
    if (field.number === 8) name = textOf(field);
    if (field.number === 9) raw = field.bytes;
    if (field.number === 13 || (field.number === 14 && field.value !== 0))
      throw new ConvaeError('UNSUPPORTED', 'the graph keeps constants in other files');
  });
  if (dims.length > MAX_RANK) throw damaged(`the graph has a constant of ${dims.length} axes`);
  return { name, dims, data: readData(name, type, valuesOf(dims), raw, listed) };
}

function readData(
  name: string,
  type: number,
  count: number,
  raw: Uint8Array | undefined,
  listed: readonly number[],
): ConstantData {
  const known = TYPES[type];
  if (known === undefined)
    throw new ConvaeError('UNSUPPORTED', `constant ${name} is of ONNX's element type ${type}`);
  const [size, read] = known;
  const given = raw === undefined ? listed.length : raw.length / size;
  if (given !== count) throw damaged(`constant ${name} has ${given} values, expected ${count}`);
  if (raw !== undefined) return read(new DataView(raw.buffer, raw.byteOffset, raw.length), count);
  return fill(read(new DataView(new ArrayBuffer(size * count)), count), (i) => listed[i]!);
}
