import { join } from 'node:path';
import { type FileSource, openFileSource } from '../node/byte-files.js';
import { withTemporaryFolder, writeWhole } from './destination.js';
import type { Streams } from './output.js';

/** Runs a task with a container opened for random access; standard input, for `-`, is stored in a file first. */
export async function withContainer<T>(
  path: string,
  streams: Streams,
  task: (source: FileSource) => Promise<T>,
): Promise<T> {
  if (path !== '-') {
    await using source = await openFileSource(path);
    return await task(source);
  }
  return withTemporaryFolder(async (folder) => {
    const stored = join(folder, 'container.cae');
    await writeWhole(stored, streams, async (write) => {
      for await (const bytes of streams.stdin ?? []) await write(bytes);
    });
    return withContainer(stored, streams, task);
  });
}
