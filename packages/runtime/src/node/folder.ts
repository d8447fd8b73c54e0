import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleFiles, checkPlainFileName } from '../bundle/files.js';
import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';

/** The files of a bundle in a folder. Nothing is read until it is asked for. */
export function bundleFolder(folder: string | URL): BundleFiles {
  const location = typeof folder === 'string' ? folder : fileURLToPath(folder);
  return {
    location,
    read: (name, maxBytes) => {
      checkPlainFileName(name);
      return readWholeFile(join(location, name), maxBytes);
    },
  };
}

/**
 * Reads a regular file of at most `maxBytes` bytes; the size is looked at before memory is taken.
 * @throws ConvaeError NOT_FOUND where it cannot be read, LIMIT_EXCEEDED where it is larger.
 */
export async function readWholeFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await openForReading(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new ConvaeError('NOT_FOUND', `${path} is not a file`);
    checkLimit(stats.size, maxBytes, `${path} has`, 'bytes');
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** Opens a file. @throws ConvaeError NOT_FOUND where it cannot be read. */
export async function openForReading(path: string): ReturnType<typeof open> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = missing ? 'does not exist' : `cannot be read: ${(cause as Error).message}`;
    throw new ConvaeError('NOT_FOUND', `${path} ${problem}`, { cause });
  }
}
