import type { Chunk } from './chunk.js';
import type { RandomAccessSource } from './container-file.js';
import type { ContainerHeader } from './container-header.js';
import { readContainer } from './container-stream.js';
import { createContainerWriter, type NewChunk } from './container-writer.js';

export const header: ContainerHeader = {
  bundleHash: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  channels: 1,
  height: 28,
  width: 28,
  count: 0,
  prior: 'factorized',
  quality: 3,
};

/** Collects what is written. */
export class MemorySink {
  readonly pieces: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.pieces.push(bytes.slice());
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.pieces.flatMap((piece) => [...piece]));
  }
}

export async function writeContainer(chunks: readonly NewChunk[], head = header): Promise<Uint8Array> {
  const sink = new MemorySink();
  const writer = await createContainerWriter(sink, head);
  for (const chunk of chunks) await writer.writeChunk(chunk);
  await writer.finish();
  return sink.bytes();
}

export const sourceOf = (bytes: Uint8Array): RandomAccessSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** The bytes as a stream of pieces of the given length. */
export async function* streamOf(bytes: Uint8Array, piece = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** Reads until the end or the first error: what came before it counts. */
export async function readAll(bytes: Uint8Array, piece = 7): Promise<{ chunks: Chunk[]; error?: unknown }> {
  const chunks: Chunk[] = [];
  try {
    const stream = await readContainer(streamOf(bytes, piece));
    for await (const chunk of stream.chunks) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    return { chunks, error };
  }
}

/** Chunks of seeded bytes: chunk i holds i + 1 images. */
export const sampleChunks: readonly NewChunk[] = [5, 0, 40, 200].map((length, i) => ({
  imageCount: i + 1,
  payload: Uint8Array.from({ length }, (_, at) => (at * 37 + i * 101 + ((at * at) >> 3)) & 255),
  ...(i === 2 ? { height: 100, width: 300 } : {}),
}));
