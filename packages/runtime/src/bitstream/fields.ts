import { ConvaeError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** One header field: how it is read and checked, and how it is written. */
export interface Field<Name extends string, Value> {
  readonly name: Name;
  read(reader: ByteReader): Value;
  write(writer: ByteWriter, value: Value): void;
  accepts(value: Value): boolean;
}

type AnyField = Field<string, unknown>;

/** The object whose properties a list of fields reads and writes. */
export type FieldValues<List extends readonly AnyField[]> = {
  readonly [F in List[number] as F['name']]: F extends Field<string, infer Value> ? Value : never;
};

/** An unsigned number of min..max, stored as LEB128. */
export function varintField<Name extends string>(name: Name, min: number, max: number): Field<Name, number> {
  return {
    name,
    read: (reader) => reader.varint(max),
    write: (writer, value) => writer.varint(value),
    accepts: (value) => Number.isInteger(value) && value >= min && value <= max,
  };
}

/** One of the values listed, stored as its place in the list, one byte. */
export function enumField<Name extends string, Value>(
  name: Name,
  values: readonly Value[],
): Field<Name, Value> {
  return {
    name,
    read: (reader) => {
      const place = reader.u8();
      if (place < values.length) return values[place]!;
      throw new ConvaeError('VERSION_UNSUPPORTED', `${name} has the value ${place}, unknown to this release`);
    },
    write: (writer, value) => writer.u8(values.indexOf(value)),
    accepts: (value) => values.includes(value),
  };
}

/** A fixed number of bytes. */
export function bytesField<Name extends string>(name: Name, length: number): Field<Name, Uint8Array> {
  return {
    name,
    read: (reader) => reader.bytes(length).slice(),
    write: (writer, value) => writer.bytes(value),
    accepts: (value) => value.length === length,
  };
}

/**
 * Reads the fields in the order of the list.
 * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID, LIMIT_EXCEEDED or VERSION_UNSUPPORTED.
 */
export function readFields<const List extends readonly AnyField[]>(
  list: List,
  reader: ByteReader,
): FieldValues<List> {
  const entries = list.map((field) => {
    const value = field.read(reader);
    if (!field.accepts(value)) throw new ConvaeError('DATA_INVALID', `${field.name} cannot be ${value}`);
    return [field.name, value];
  });
  return Object.fromEntries(entries) as FieldValues<List>;
}

/**
 * Writes the fields in the order of the list.
 * @throws RangeError where a value is one that readers refuse.
 */
export function writeFields<const List extends readonly AnyField[]>(
  list: List,
  writer: ByteWriter,
  values: FieldValues<List>,
): void {
  for (const field of list) {
    const value = (values as Record<string, unknown>)[field.name];
    if (!field.accepts(value))
      throw new RangeError(`expected a valid value for ${field.name}, received ${value}`);
    field.write(writer, value);
  }
}
