import { readFile, stat } from 'node:fs/promises';
import { ConvaeError } from '@convae/runtime/core';
import { writeFileAtomic } from '@convae/runtime/node';
import { sha256 } from '../files/sha256.js';
import { elements, type ParameterShape, type ParameterValues } from '../model/parameters.js';

/** Largest checkpoint file that is written and read, bytes: half of what one string can hold. */
export const MAX_CHECKPOINT_BYTES = 256 << 20;

/** Tensors as texts, float32 in base64. */
export function toBase64(values: ParameterValues): string[] {
  return values.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64'));
}

/**
 * The tensors of {@link toBase64}.
 *
 * @throws ConvaeError `DATA_INVALID` where they are not of these shapes
 */
export function fromBase64(
  texts: readonly string[],
  shapes: readonly Pick<ParameterShape, 'name' | 'shape'>[],
  path: string,
): Float32Array[] {
  if (texts.length !== shapes.length)
    throw damaged(path, `expected ${shapes.length} tensors, received ${texts.length}`);
  return shapes.map((shape, i) => {
    const bytes = Buffer.from(texts[i]!, 'base64');
    const expected = 4 * elements(shape.shape);
    if (bytes.length !== expected) {
      throw damaged(path, `expected ${expected} bytes for ${shape.name}, received ${bytes.length}`);
    }
    return new Float32Array(new Uint8Array(bytes).buffer);
  });
}

/** The error about a checkpoint whose content is not as it was written. */
export function damaged(path: string, what: string, cause?: unknown): ConvaeError {
  return new ConvaeError('DATA_INVALID', `${path} is not a usable checkpoint: ${what}`, { cause });
}

/**
 * Write a checkpoint, JSON behind a line with its SHA-256, through a temporary name.
 *
 * @throws ConvaeError `WRITE_FAILED`, or `LIMIT_EXCEEDED` where it would not be read again
 */
export async function writeCheckpoint(path: string, content: object): Promise<void> {
  const body = JSON.stringify(content);
  const bytes = Buffer.from(`${sha256(body)}\n${body}\n`);
  checkLength(path, bytes.length);
  await writeFileAtomic(path, bytes);
}

/**
 * The value that {@link writeCheckpoint} wrote.
 *
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED` or `CHECKSUM_MISMATCH`
 */
export async function readCheckpoint(path: string): Promise<unknown> {
  const text = await readLimited(path);
  const end = text.indexOf('\n');
  const body = text.slice(end + 1).trimEnd();
  if (end !== 64 || sha256(body) !== text.slice(0, end)) {
    throw new ConvaeError(
      'CHECKSUM_MISMATCH',
      `${path} is damaged or not a checkpoint: its checksum does not match`,
    );
  }
  return JSON.parse(body);
}

async function readLimited(path: string): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new ConvaeError('NOT_FOUND', `expected a checkpoint at ${path}, found none`, { cause });
  });
  checkLength(path, info.size);
  return readFile(path, 'utf8');
}

function checkLength(path: string, bytes: number): void {
  if (bytes <= MAX_CHECKPOINT_BYTES) return;
  throw new ConvaeError(
    'LIMIT_EXCEEDED',
    `expected at most ${MAX_CHECKPOINT_BYTES} bytes for the checkpoint ${path}, received ${bytes}`,
  );
}
