import { checkLimit } from '../checks.js';
import { checkFileHead, truncated } from '../entropy/file-head.js';
import { ConvaeError } from '../errors.js';
import {
  type ContextModel,
  type ContextSizes,
  checkContextModel,
  checkContextSizes,
  neighbourCount,
  SIZE_LIMITS,
} from './context-model.js';

/** First bytes of a context model's file: "CAEC" and the newest version. */
const MAGIC = Uint8Array.of(0x43, 0x41, 0x45, 0x43, 2);
const VERSION_AT = MAGIC.length - 1;
const WHAT = 'context model';
/** Magic, and every size as uint16. */
const HEADER_BYTES = MAGIC.length + 2 * SIZE_LIMITS.length;

/** Largest file of a context model that is read, bytes. */
export const MAX_CONTEXT_FILE_BYTES = 8 << 20;

/** What an array of a model is stored as. */
const KINDS = {
  i8: { bytes: 1, make: (length: number) => new Int8Array(length), get: DataView.prototype.getInt8 },
  u8: { bytes: 1, make: (length: number) => new Uint8Array(length), get: DataView.prototype.getUint8 },
  i16: { bytes: 2, make: (length: number) => new Int16Array(length), get: DataView.prototype.getInt16 },
  u16: { bytes: 2, make: (length: number) => new Uint16Array(length), get: DataView.prototype.getUint16 },
} as const;

interface ArrayField {
  readonly name: Exclude<keyof ContextModel, keyof ContextSizes>;
  readonly kind: keyof typeof KINDS;
  length(sizes: ContextSizes): number;
}

/** What is first in each version. */
const SCALES: Readonly<Record<1 | 2, readonly ArrayField[]>> = {
  1: [{ name: 'log2Scales', kind: 'i16', length: (s) => s.qualities }],
  2: [
    { name: 'scales', kind: 'u16', length: (s) => s.qualities * s.channels },
    { name: 'log2Scales', kind: 'i16', length: (s) => s.qualities * s.channels },
  ],
};

/** The arrays behind it in the order of their bytes: one list for reading and writing. */
const ARRAYS: readonly ArrayField[] = [
  { name: 'ranges', kind: 'i16', length: (s) => s.channels * 2 },
  { name: 'w1', kind: 'i8', length: (s) => (neighbourCount(s.radius) + 1) * s.channels * s.hidden1 },
  { name: 'qualityBias', kind: 'i16', length: (s) => s.qualities * s.hidden1 },
  { name: 'positionBias', kind: 'i16', length: (s) => s.gridHeight * s.gridWidth * s.hidden1 },
  { name: 'channelBias', kind: 'i16', length: (s) => s.channels * s.hidden1 },
  { name: 'shift1', kind: 'u8', length: (s) => s.hidden1 },
  { name: 'w2', kind: 'i8', length: (s) => s.hidden2 * s.hidden1 },
  { name: 'bias2', kind: 'i16', length: (s) => s.channels * s.hidden2 },
  { name: 'shift2', kind: 'u8', length: (s) => s.hidden2 },
  { name: 'w3', kind: 'i8', length: (s) => s.channels * 3 * s.components * s.hidden2 },
  { name: 'bias3', kind: 'i16', length: (s) => s.channels * 3 * s.components },
  { name: 'shift3', kind: 'u8', length: (s) => s.channels * 3 * s.components },
];

const fieldsOf = (version: 1 | 2): readonly ArrayField[] => [...SCALES[version], ...ARRAYS];

/**
 * Writes a context model as the bytes of a bundle's context.bin (FORMAT.md, "Context model").
 * @throws RangeError where an array's length is not what the sizes say; ConvaeError as {@link parseContext}.
 */
export function serializeContext(model: ContextModel): Uint8Array {
  checkContextSizes(model);
  const version = model.scales === undefined ? 1 : 2;
  const fields = fieldsOf(version);
  for (const { name, length } of fields) {
    if (model[name]!.length !== length(model))
      throw new RangeError(`expected ${length(model)} numbers for ${name}, received ${model[name]!.length}`);
  }
  checkContextModel(model);
  const bytes = new Uint8Array(checkedLength(model, fields));
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[VERSION_AT] = version;
  SIZE_LIMITS.forEach(([name], i) => {
    view.setUint16(MAGIC.length + 2 * i, model[name], true);
  });
  let at = HEADER_BYTES;
  for (const { name, kind } of fields) {
    for (const value of model[name]!) {
      if (KINDS[kind].bytes === 2) view.setInt16(at, value, true);
      else view.setUint8(at, value);
      at += KINDS[kind].bytes;
    }
  }
  return bytes;
}

/**
 * Reads a context model's file; hostile bytes are safe.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED.
 */
export function parseContext(bytes: Uint8Array): ContextModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[VERSION_AT] === 1 ? 1 : 2;
  checkFileHead(bytes, MAGIC.with(VERSION_AT, version), HEADER_BYTES, WHAT);
  const fields = fieldsOf(version);
  const values = SIZE_LIMITS.map(([name], i) => [name, view.getUint16(MAGIC.length + 2 * i, true)]);
  const sizes = Object.fromEntries(values) as unknown as ContextSizes;
  checkContextSizes(sizes);
  const length = checkedLength(sizes, fields);
  if (bytes.length < length) throw truncated(WHAT);
  if (bytes.length > length)
    throw new ConvaeError('DATA_INVALID', `${bytes.length - length} bytes follow the context model`);
  let at = HEADER_BYTES;
  const arrays = fields.map((field) => {
    const array = readArray(view, at, field, sizes);
    at += array.byteLength;
    return [field.name, array];
  });
  const model = { ...sizes, ...Object.fromEntries(arrays) } as ContextModel;
  checkContextModel(model);
  return model;
}

function readArray(view: DataView, start: number, { kind, length }: ArrayField, sizes: ContextSizes) {
  const { bytes, make, get } = KINDS[kind];
  const array = make(length(sizes));
  for (let i = 0; i < array.length; i++) array[i] = get.call(view, start + i * bytes, true);
  return array;
}

/** Bytes of the whole file, found without memory for it. */
function checkedLength(sizes: ContextSizes, fields: readonly ArrayField[]): number {
  const length = fields.reduce(
    (sum, field) => sum + field.length(sizes) * KINDS[field.kind].bytes,
    HEADER_BYTES,
  );
  checkLimit(length, MAX_CONTEXT_FILE_BYTES, `the ${WHAT} takes`, 'bytes');
  return length;
}
