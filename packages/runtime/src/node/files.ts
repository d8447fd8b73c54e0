import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConvaeError } from '../errors.js';

/**
 * Writes a file so that nobody ever sees a part of it: under a temporary name in the same folder, synced to the
 * disk, then renamed. Text is written as UTF-8. The folder must exist.
 * @throws ConvaeError WRITE_FAILED; the temporary file is gone then and an older file at `path` is untouched.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await writeSynced(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ConvaeError('WRITE_FAILED', `${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
