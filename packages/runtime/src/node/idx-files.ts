import { createGunzip, type Gunzip } from 'node:zlib';
import { ConvaeError } from '../errors.js';
import { type IdxImageStream, readIdxImageStream } from '../idx/index.js';

/** Whether bytes begin like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** Whether bytes begin like an IDX file. */
export const isIdx = (bytes: Uint8Array): boolean => bytes[0] === 0 && bytes[1] === 0;

/**
 * Reads IDX images, raw or gzipped (told by `start`, the first bytes), as a stream in constant memory.
 * @throws ConvaeError as `readIdxImageStream`; DATA_INVALID or DATA_TRUNCATED where gzip is damaged or cut off.
 */
export function readIdxFileStream(
  stream: AsyncIterable<Uint8Array>,
  start: Uint8Array,
  name: string,
): Promise<IdxImageStream> {
  return readIdxImageStream(isGzip(start) ? gunzipped(stream, name) : stream, name);
}

/**
 * Unzips a gzip stream piece by piece, in constant memory.
 * @throws ConvaeError DATA_INVALID where it is damaged or followed by other bytes, DATA_TRUNCATED where it is cut off.
 */
export async function* gunzipped(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip();
  const fed = { bytes: 0, error: undefined as unknown };
  // Runs beside the loop below; an error of the source ends the unzipping too.
  const feeding = feed(gunzip, stream, fed).catch((error: unknown) => {
    fed.error = error;
    gunzip.destroy(error as Error);
  });
  try {
    for await (const bytes of gunzip) yield bytes as Uint8Array;
    await feeding;
  } catch (cause) {
    throw fed.error ?? gunzipError(name, cause);
  } finally {
    gunzip.destroy();
  }
  // zlib ignores what follows the end of the gzip stream.
  const trailing = fed.bytes - gunzip.bytesWritten;
  if (trailing > 0)
    throw new ConvaeError('DATA_INVALID', `${name}: ${trailing} trailing bytes after the gzip stream`);
}

async function feed(
  gunzip: Gunzip,
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  fed: { bytes: number },
): Promise<void> {
  for await (const bytes of stream) {
    if (gunzip.destroyed) return;
    fed.bytes += bytes.length;
    const full = !gunzip.write(bytes);
    if (full) await drained(gunzip);
  }
  gunzip.end();
}

/** Resolves when more may be written, or none any more; leaves no listener behind, whichever of both comes. */
function drained(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      gunzip.off('drain', done).off('close', done);
      resolve();
    };
    gunzip.on('drain', done).on('close', done);
  });
}

function gunzipError(name: string, cause: unknown): unknown {
  const { code } = cause as { code?: unknown };
  if (cause instanceof ConvaeError || typeof code !== 'string') return cause;
  const kind = code === 'Z_BUF_ERROR' ? 'DATA_TRUNCATED' : 'DATA_INVALID';
  return new ConvaeError(kind, `${name}: cannot be unzipped: ${(cause as Error).message}`, { cause });
}
