import { expect } from 'vitest';
import type { ConvaeErrorCode } from '../errors.js';
import type { FloatImageBatch, ImageBatch } from '../image.js';
import { seededRandom, TINY_SIDE } from './tiny-bundle.js';

/** Seeded uint8 noise images. */
export function noiseImages(count: number, height = TINY_SIDE, width = TINY_SIDE, channels = 1): ImageBatch {
  const random = seededRandom(count * 1000 + height * 10 + width);
  const data = Uint8Array.from({ length: count * height * width * channels }, () => random() * 256);
  return { data, count, height, width, channels };
}

/** Expects an error class, or a ConvaeError with these fields; every error must have a message. */
export async function expectRejection(
  promise: Promise<unknown>,
  expected: object | { code: ConvaeErrorCode },
): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).not.toBe('');
  if (typeof expected === 'function') expect((error as Error).constructor).toBe(expected);
  else expect(error).toMatchObject({ name: 'ConvaeError', ...expected });
}

/** Expects equal shapes, and values within 1e-5: providers differ in the last bits. */
export function expectClose(received: FloatImageBatch, expected: FloatImageBatch): void {
  expect({ ...received, data: null }).toEqual({ ...expected, data: null });
  expect(received.data.length).toBe(expected.data.length);
  const difference = received.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)),
    0,
  );
  expect(difference).toBeLessThanOrEqual(1e-5);
}
