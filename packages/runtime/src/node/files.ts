import { createFileSink, writeThrough } from './byte-files.js';

/**
 * Writes a file so that nobody ever sees a part of it: under a temporary name in the same folder, synced to the
 * disk, then renamed. Text is written as UTF-8. The folder must exist.
 * @throws ConvaeError WRITE_FAILED; the temporary file is gone then and an older file at `path` is untouched.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await writeThrough(await createFileSink(path), (sink) => sink.write(bytes));
}
