import { ConvaeError } from '../../errors.js';

/** A field of a protobuf message, by its wire type: a signed integer, or bytes (of a nested message, a text, four of a float). */
export interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array();

/** The error for bytes that are no ONNX graph. */
export const damaged = (problem: string): ConvaeError => new ConvaeError('GRAPH_INVALID', problem);

/** Calls `visit` for every field of a protobuf message, in order. @throws ConvaeError GRAPH_INVALID. */
export function readFields(message: Uint8Array, visit: (field: Field) => void): void {
  const reader = new VarintReader(message);
  while (reader.at < message.length) {
    const tag = reader.next();
    const number = Math.floor(tag / 8);
    if (number < 1) throw damaged('the graph has a field without a number');
    visit(readField(reader, number, tag % 8));
  }
}

function readField(reader: VarintReader, number: number, wire: number): Field {
  if (wire === 0) return { number, value: reader.next(), bytes: NOTHING };
  const length = wire === 2 ? reader.next() : wire === 5 ? 4 : wire === 1 ? 8 : -1;
  if (length < 0) throw damaged(`the graph has a field of wire type ${wire}`);
  return { number, value: 0, bytes: reader.take(length) };
}

class VarintReader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  /** A varint as a signed number of 64 bits; exact where a double can hold it. */
  next(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw damaged('the graph ends within a number');
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) [low, high] = [low | (bits << 28), bits >> 4];
      else high |= bits << (shift - 32);
      if (byte < 128) return (high | 0) * 2 ** 32 + (low >>> 0);
    }
    throw damaged('the graph has a number of more than ten bytes');
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.bytes.length - this.at) throw damaged('the graph ends within a field');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** The integers of a repeated field, packed or one alone. */
export function appendIntegers(field: Field, to: number[]): void {
  if (field.bytes === NOTHING) to.push(field.value);
  const reader = new VarintReader(field.bytes);
  while (reader.at < field.bytes.length) to.push(reader.next());
}

/** The float32 of a repeated field, packed or one alone. */
export function appendFloats({ bytes }: Field, to: number[]): void {
  if (bytes.length % 4 !== 0) throw damaged('the graph has floats that end within one');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 4) to.push(view.getFloat32(at, true));
}

const decoder = new TextDecoder();

/** The text of a field. */
export const textOf = ({ bytes }: Field): string => decoder.decode(bytes);
