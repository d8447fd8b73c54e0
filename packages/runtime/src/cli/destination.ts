import { rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFileSink,
  openFileSource,
  streamSource,
  temporaryBeside,
  writeThrough,
} from '../node/byte-files.js';
import { atExit } from './at-exit.js';
import type { Streams } from './output.js';

/** Writes bytes to a destination. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * Runs `produce` and puts what it wrote at `path`, whole, or on standard output for `-`; nothing where it fails.
 * @returns what `produce` gave.
 */
export async function writeWhole<T>(
  path: string,
  streams: Streams,
  produce: (write: Write) => Promise<T>,
): Promise<T> {
  if (path === '-') return toStandardOutput(streams, produce);
  const temporary = temporaryBeside(path);
  return goneAtExit(temporary, async () => {
    const sink = await createFileSink(path, temporary);
    return writeThrough(sink, () => produce((bytes) => sink.write(bytes)));
  });
}

/** How often removing a folder is tried, while writes that are under way in other threads still add files to it. */
const MAX_REMOVALS = 100;

/** Node's own retries would not look again for what is in the folder (seen with Node 20). */
function removeNow(path: string): void {
  for (let left = MAX_REMOVALS; ; left--) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
  }
}

/** Runs a task that makes a temporary file or folder, which does not outlive the process either. */
export async function goneAtExit<T>(temporary: string, task: () => Promise<T>): Promise<T> {
  const release = atExit(() => removeNow(temporary));
  try {
    return await task();
  } finally {
    release();
  }
}

/** A pipe cannot take bytes back, so it gets them when all of them are there. */
async function toStandardOutput<T>(streams: Streams, produce: (write: Write) => Promise<T>): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, 'output');
    const result = await writeWhole(path, streams, produce);
    await using source = await openFileSource(path);
    for await (const bytes of streamSource(source)) await streams.writeBytes?.(bytes);
    return result;
  });
}

/** Runs a task with a folder that is gone afterwards. */
export async function withTemporaryFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryBeside(join(tmpdir(), 'convae'));
  return goneAtExit(folder, async () => {
    await mkdir(folder, { mode: 0o700 });
    try {
      return await task(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
