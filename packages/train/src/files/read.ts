import { readFile } from 'node:fs/promises';
import { ConvaeError } from '@convae/runtime/core';

/** Undefined where the file is not there. @throws ConvaeError NOT_FOUND where it cannot be read. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new ConvaeError('NOT_FOUND', `${path} cannot be read: ${cause.message}`, { cause });
  });
}

/** What `parse` makes of a JSON file; undefined where it is not there. @throws ConvaeError NOT_FOUND, DATA_INVALID. */
export async function readJson<T>(path: string, parse: (value: unknown) => T): Promise<T | undefined> {
  const bytes = await readIfThere(path);
  return bytes === undefined ? undefined : parse(jsonOf(bytes, path));
}

/** The value that the bytes of a JSON file hold. @throws ConvaeError DATA_INVALID. */
export function jsonOf(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new ConvaeError('DATA_INVALID', `${path} is not JSON`, { cause });
  }
}
