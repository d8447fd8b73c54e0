import { readFile, stat } from 'node:fs/promises';
import { ConvaeError } from '@convae/runtime/core';

/** The error about a file that cannot be read, for what its promise rejects with. */
export const cannotRead =
  (path: string) =>
  (cause: Error): never => {
    throw new ConvaeError('NOT_FOUND', `${path} cannot be read: ${cause.message}`, { cause });
  };

/** Size of a file, bytes. @throws ConvaeError NOT_FOUND where it is none, LIMIT_EXCEEDED. */
export async function boundedSize(path: string, most: number): Promise<number> {
  const info = await stat(path).catch(cannotRead(path));
  if (!info.isFile()) throw new ConvaeError('NOT_FOUND', `${path} is not a file`);
  if (info.size <= most) return info.size;
  throw new ConvaeError('LIMIT_EXCEEDED', `${path} has ${info.size} bytes; at most ${most} are read`);
}

/** The bytes of a file of at most `most` bytes. @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED. */
export async function readBounded(path: string, most: number): Promise<Buffer> {
  await boundedSize(path, most);
  return readFile(path).catch(cannotRead(path));
}

/** Undefined where the file is not there. @throws ConvaeError NOT_FOUND where it cannot be read. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    return cannotRead(path)(cause);
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
