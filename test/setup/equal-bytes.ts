// Set up before every test outside the browser. toEqual compares typed arrays number by number, through iterators:
// a second for a million. Of the same kind and with the same bytes they are equal; where not, toEqual says what differs.
import { expect } from 'vitest';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function haveEqualBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0 ? true : undefined;
}

expect.addEqualityTesters([haveEqualBytes]);
