import { ConvaeError } from './errors.js';

/** What kind of value something is, for messages. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? `'${value}'` : String(value);
  return value.constructor?.name ?? 'object';
}

/** The error for an argument of another kind than `expected`. */
export function wrongKind(expected: string, name: string, value: unknown): TypeError {
  return new TypeError(`expected ${expected} for ${name}, received ${kindOf(value)}`);
}

/**
 * Checks that a number is whole and in min..max.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkInteger(
  value: number,
  name: string,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (typeof value !== 'number') throw wrongKind('a number', name, value);
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `in ${min}..${max}`;
  throw new RangeError(`expected an integer ${range} for ${name}, received ${value}`);
}

/** Checks that a number is whole and in 1..limit. @throws as {@link checkInteger}. */
export function checkCount(value: number, name: string, limit?: number): void {
  checkInteger(value, name, 1, limit);
}

/** Checks that a value is one of a list. @throws RangeError. */
export function checkOneOf<T>(value: T, allowed: readonly T[], name: string): void {
  if (allowed.includes(value)) return;
  throw new RangeError(`expected ${allowed.join(' or ')} for ${name}, received ${kindOf(value)}`);
}

/** Checks that a value is a Uint8Array. @throws TypeError. */
export function checkBytes(value: unknown): void {
  if (!(value instanceof Uint8Array)) throw wrongKind('a Uint8Array', 'bytes', value);
}

/** Whether something can be taken item by item. */
export function isSequence(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

/** What {@link checkBatch} looks at: images or latents. */
interface Batch {
  readonly data: Uint8Array | Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Checks that a batch has whole, positive sizes and data of its kind and length.
 * @throws TypeError or RangeError with what was expected and what was received.
 */
export function checkBatch(batch: Batch, kind: typeof Uint8Array | typeof Float32Array, name: string): void {
  if (typeof batch !== 'object' || batch === null)
    throw wrongKind('an object with data, count, height, width, channels', name, batch);
  if (!(batch.data instanceof kind)) throw wrongKind(`a ${kind.name}`, `${name}.data`, batch.data);
  for (const side of ['count', 'height', 'width', 'channels'] as const)
    checkCount(batch[side], `${name}.${side}`);
  const { data, count, height, width, channels } = batch;
  const length = count * height * width * channels;
  if (data.length === length) return;
  throw new RangeError(
    `expected length ${length} (${count}·${height}·${width}·${channels}) for ${name}.data, received ${data.length}`,
  );
}

/**
 * Checks that every value is finite.
 * @throws ConvaeError NON_FINITE naming the first value that is not.
 */
export function checkFinite(data: Float32Array, name: string): void {
  // x · 0 is 0 for every finite x and NaN for every other, so the sum needs no branch inside the loop.
  // Four sums: each addition waits for the one before it.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += data[i]! * 0;
    b += data[i + 1]! * 0;
    c += data[i + 2]! * 0;
    d += data[i + 3]! * 0;
  }
  for (let i = whole; i < data.length; i++) a += data[i]! * 0;
  if (a + b + c + d === 0) return;
  const index = data.findIndex((value) => !Number.isFinite(value));
  throw new ConvaeError('NON_FINITE', `${name} holds ${data[index]} at index ${index}`);
}

/**
 * Checks a size out of a file or from a server against its limit, before memory is taken for it.
 * @param subject What has the size, with its verb.
 * @throws ConvaeError LIMIT_EXCEEDED.
 */
export function checkLimit(size: number, limit: number, subject: string, unit: string): void {
  if (size <= limit) return;
  throw new ConvaeError('LIMIT_EXCEEDED', `${subject} ${size} ${unit}, more than ${limit}`);
}

/** The error of a call that its signal has stopped. */
export function aborted(signal: AbortSignal): ConvaeError {
  return new ConvaeError('ABORTED', 'stopped by the signal', { cause: signal.reason });
}

/** @throws ConvaeError ABORTED where the signal has stopped the call. */
export function checkNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}
