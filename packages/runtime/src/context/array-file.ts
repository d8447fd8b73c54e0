import { checkLimit } from '../checks.js';
import { checkFileHead, truncated } from '../entropy/file-head.js';
import { ConvaeError } from '../errors.js';

/** What an array of a model is stored as. */
const KINDS = {
  i8: { bytes: 1, make: (length: number) => new Int8Array(length), get: DataView.prototype.getInt8 },
  u8: { bytes: 1, make: (length: number) => new Uint8Array(length), get: DataView.prototype.getUint8 },
  i16: { bytes: 2, make: (length: number) => new Int16Array(length), get: DataView.prototype.getInt16 },
  u16: { bytes: 2, make: (length: number) => new Uint16Array(length), get: DataView.prototype.getUint16 },
} as const;

type ModelArray = Int8Array | Uint8Array | Int16Array | Uint16Array;

/** One array of a model's file. */
export interface ArrayField<Sizes> {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  length(sizes: Sizes): number;
}

/** The sizes of a model in the order of its file, and what each may be. */
export type SizeLimits<Sizes> = readonly (readonly [name: keyof Sizes & string, min: number, max: number])[];

/** The layout of a model's file: magic, every size as uint16, then the arrays, row-major, and nothing else. */
export interface ArrayFile<Sizes extends object, Model extends Sizes> {
  readonly what: string;
  /** First bytes; the last of them is the version. */
  readonly magic: Uint8Array;
  readonly sizes: SizeLimits<Sizes>;
  readonly fields: readonly ArrayField<Sizes>[];
  readonly maxBytes: number;
  /** Checks what holds between the numbers. @throws ConvaeError DATA_INVALID. */
  check(model: Model): void;
}

/** @throws ConvaeError LIMIT_EXCEEDED or DATA_INVALID where a size is outside its limits. */
function checkSizes<Sizes>(limits: SizeLimits<Sizes>, sizes: Sizes, what: string): void {
  for (const [name, min, max] of limits) {
    const size = sizes[name] as number;
    if (size > max)
      throw new ConvaeError('LIMIT_EXCEEDED', `the ${what}'s ${name} is ${size}, more than ${max}`);
    if (!Number.isInteger(size) || size < min)
      throw new ConvaeError('DATA_INVALID', `the ${what} has the ${name} ${size}`);
  }
}

/**
 * Writes a model's file.
 * @throws RangeError where an array's length is not what the sizes say; ConvaeError as {@link readArrayFile}.
 */
export function writeArrayFile<Sizes extends object, Model extends Sizes>(
  file: ArrayFile<Sizes, Model>,
  model: Model,
): Uint8Array {
  checkSizes(file.sizes, model, file.what);
  const arrays = file.fields.map((field) => checkedArray(field, model));
  file.check(model);
  const bytes = new Uint8Array(checkedLength(file, model));
  const view = new DataView(bytes.buffer);
  bytes.set(file.magic);
  file.sizes.forEach(([name], i) => {
    view.setUint16(file.magic.length + 2 * i, model[name] as number, true);
  });
  let at = headerBytes(file);
  file.fields.forEach(({ kind }, i) => {
    for (const value of arrays[i]!) {
      if (KINDS[kind].bytes === 2) view.setInt16(at, value, true);
      else view.setUint8(at, value);
      at += KINDS[kind].bytes;
    }
  });
  return bytes;
}

/**
 * Reads a model's file; hostile bytes are safe.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED.
 */
export function readArrayFile<Sizes extends object, Model extends Sizes>(
  file: ArrayFile<Sizes, Model>,
  bytes: Uint8Array,
): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkFileHead(bytes, file.magic, headerBytes(file), file.what);
  const values = file.sizes.map(([name], i) => [name, view.getUint16(file.magic.length + 2 * i, true)]);
  const sizes = Object.fromEntries(values) as Sizes;
  checkSizes(file.sizes, sizes, file.what);
  const length = checkedLength(file, sizes);
  if (bytes.length < length) throw truncated(file.what);
  if (bytes.length > length)
    throw new ConvaeError('DATA_INVALID', `${bytes.length - length} bytes follow the ${file.what}`);
  let at = headerBytes(file);
  const arrays = file.fields.map((field) => {
    const array = readArray(view, at, field, sizes);
    at += array.byteLength;
    return [field.name, array];
  });
  const model = { ...sizes, ...Object.fromEntries(arrays) } as Model;
  file.check(model);
  return model;
}

/** An array of the model, of the length that its sizes say. */
function checkedArray<Sizes>({ name, length }: ArrayField<Sizes>, model: Sizes): ModelArray {
  const array = model[name as keyof Sizes] as ModelArray;
  if (array.length === length(model)) return array;
  throw new RangeError(`expected ${length(model)} numbers for ${name}, received ${array.length}`);
}

function readArray<Sizes>(view: DataView, start: number, { kind, length }: ArrayField<Sizes>, sizes: Sizes) {
  const { bytes, make, get } = KINDS[kind];
  const array = make(length(sizes));
  for (let i = 0; i < array.length; i++) array[i] = get.call(view, start + i * bytes, true);
  return array;
}

/** Magic, and every size as uint16. */
const headerBytes = ({ magic, sizes }: Pick<ArrayFile<never, never>, 'magic' | 'sizes'>): number =>
  magic.length + 2 * sizes.length;

/** Bytes of the whole file, found without memory for it. */
function checkedLength<Sizes extends object, Model extends Sizes>(
  file: ArrayFile<Sizes, Model>,
  sizes: Sizes,
): number {
  const length = file.fields.reduce(
    (sum, field) => sum + field.length(sizes) * KINDS[field.kind].bytes,
    headerBytes(file),
  );
  checkLimit(length, file.maxBytes, `the ${file.what} takes`, 'bytes');
  return length;
}
