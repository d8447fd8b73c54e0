import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import { ConvaeError } from '../errors.js';
import { openForReading } from './folder.js';

/** Bytes read from a file at once. */
const PIECE_BYTES = 1 << 18;

/** A file opened for random access; whoever opens it closes it. */
export interface FileSource extends RandomAccessSource, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Opens a file for random access, e.g. for `codec.openContainer`.
 * @throws ConvaeError NOT_FOUND where it cannot be read or is no regular file.
 */
export async function openFileSource(path: string): Promise<FileSource> {
  const file = await openForReading(path);
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    throw new ConvaeError('NOT_FOUND', `${path} is not a file`);
  }
  const close = (): Promise<void> => file.close();
  const read = (offset: number, length: number): Promise<Uint8Array> => readAt(file, path, offset, length);
  return { size: stats.size, read, close, [Symbol.asyncDispose]: close };
}

async function readAt(file: FileHandle, path: string, offset: number, length: number): Promise<Uint8Array> {
  // Not zeroed: every byte is read, or none is given.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new ConvaeError('DATA_TRUNCATED', `${path} became shorter while it was read`);
    done += bytesRead;
  }
  return bytes;
}

/** The bytes of a source from front to back, in pieces. */
export async function* streamSource(source: RandomAccessSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    yield await source.read(at, Math.min(PIECE_BYTES, source.size - at));
  }
}

/** A file being written under a temporary name: `commit` gives it its own, `discard` leaves nothing behind. */
export interface FileSink extends ContainerSink {
  write(bytes: Uint8Array): Promise<void>;
  /** Where the bytes are until `commit`. */
  readonly temporary: string;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** A hidden name beside a path, for what is to become the file or folder there. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

async function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Error(`the folder ${dirname(path)} does not exist`, { cause });
  });
}

/**
 * Begins a file that nobody sees before it is whole, e.g. for `codec.encodeContainer`. The folder must exist.
 * @param temporary where the bytes are until `commit`: a name of its own in the same folder.
 * @throws ConvaeError WRITE_FAILED, like all of its methods.
 */
export async function createFileSink(path: string, temporary = temporaryBeside(path)): Promise<FileSink> {
  const attempt = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (cause) {
      const problem = `${path} cannot be written: ${(cause as Error).message}`;
      throw new ConvaeError('WRITE_FAILED', problem, { cause });
    }
  };
  const file = await attempt(() => openNew(temporary));
  return {
    temporary,
    write: (bytes) => attempt(() => file.writeFile(bytes)),
    commit: () =>
      attempt(async () => {
        await file.sync();
        await file.close();
        await rename(temporary, path);
      }),
    discard: async () => {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
    },
  };
}

/** Commits what `produce` writes to a sink; where anything fails, nothing stays behind. @returns what it gave. */
export async function writeThrough<T>(sink: FileSink, produce: (sink: FileSink) => Promise<T>): Promise<T> {
  try {
    const result = await produce(sink);
    await sink.commit();
    return result;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
