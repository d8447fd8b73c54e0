/** A value that is ready to be sent, and the buffers that go with it. */
export interface Parcel {
  readonly value: unknown;
  readonly transfer: ArrayBuffer[];
}

/**
 * Makes ready what may be sent: the buffers of all typed arrays in it are moved, not cloned.
 * @param own True where nobody else uses the arrays any more. Otherwise, and for views of larger buffers, a copy of
 * just what the array shows is moved.
 */
export function pack(value: unknown, own: boolean): Parcel {
  const buffers = new Set<ArrayBuffer>();
  const packed = walk(value, (array) => {
    const moved = own && isWhole(array) ? array : copied(array);
    buffers.add(moved.buffer as ArrayBuffer);
    return moved;
  });
  return { value: packed, transfer: [...buffers] };
}

type Numbers = Uint8Array | Float32Array | Float64Array | Int32Array;

const isNumbers = (value: unknown): value is Numbers =>
  value instanceof Uint8Array ||
  value instanceof Float32Array ||
  value instanceof Float64Array ||
  value instanceof Int32Array;

/** `slice` would not copy a Buffer of Node. */
const copied = (array: Numbers): Numbers =>
  array instanceof Uint8Array ? new Uint8Array(array) : array.slice();

const isWhole = ({ buffer, byteLength }: Numbers): boolean =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;

/** Arrays and plain objects only: everything else is left to structured cloning. */
function walk(value: unknown, move: (array: Numbers) => Numbers): unknown {
  if (isNumbers(value)) return move(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, move));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, move)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
