import { type Chunk, writeChunkBody } from './chunk.js';
import { type ContainerHeader, writeHeader } from './container-header.js';
import { type ChunkEntry, writeIndex } from './container-index.js';
import { writeFrame } from './frame.js';
import { MAX_CHUNKS } from './limits.js';

/** Where a container is written to; a promise that it returns is awaited before more bytes come. */
export interface ContainerSink {
  write(bytes: Uint8Array): void | Promise<void>;
}

/** A chunk to write: height and width only where they are not the header's. */
export interface NewChunk {
  readonly imageCount: number;
  readonly payload: Uint8Array;
  readonly height?: number;
  readonly width?: number;
}

/**
 * Writes a container front to back, one chunk in memory at a time (and about 100 bytes for the index per chunk).
 * Made by {@link createContainerWriter}; FORMAT.md, "Container".
 */
export class ContainerWriter {
  readonly #sink: ContainerSink;
  readonly #header: ContainerHeader;
  readonly #entries: ChunkEntry[] = [];
  #offset = 0;
  #imageCount = 0;
  #state: 'open' | 'busy' | 'closed' = 'open';

  /** @internal */
  constructor(sink: ContainerSink, header: ContainerHeader) {
    this.#sink = sink;
    this.#header = header;
  }

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#offset;
  }

  /** Images written so far. */
  get imageCount(): number {
    return this.#imageCount;
  }

  /** @internal */
  writeHeader(): Promise<void> {
    return this.#write(writeHeader(this.#header));
  }

  /**
   * Writes the next images.
   * @throws RangeError where a field is out of range; TypeError before an earlier call has ended or after one failed.
   */
  async writeChunk({ imageCount, payload, height = 0, width = 0 }: NewChunk): Promise<void> {
    if (this.#entries.length === MAX_CHUNKS) throw new RangeError(`expected at most ${MAX_CHUNKS} chunks`);
    const chunk: Chunk = { firstImage: this.#imageCount, imageCount, height, width, payload };
    const frame = writeFrame('chunk', writeChunkBody(chunk));
    const offset = this.#offset;
    await this.#write(frame);
    this.#entries.push({ offset, length: frame.length, firstImage: chunk.firstImage, imageCount });
    this.#imageCount += imageCount;
  }

  /**
   * Writes the index; the container is complete. Closing the sink is the caller's.
   * @throws RangeError where the header announced another number of images; TypeError as {@link writeChunk}.
   */
  async finish(): Promise<void> {
    const { count } = this.#header;
    if (count !== 0 && count !== this.#imageCount) {
      throw new RangeError(`expected ${count} images for count of the header, received ${this.#imageCount}`);
    }
    await this.#write(writeIndex({ header: this.#header, entries: this.#entries }));
    this.#state = 'closed';
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open') {
      const reason = this.#state === 'busy' ? 'a call that has not ended' : 'finish() or a failed write';
      throw new TypeError(`expected no further call of the container writer after ${reason}`);
    }
    this.#state = 'busy';
    try {
      await this.#sink.write(bytes);
    } catch (error) {
      this.#state = 'closed';
      throw error;
    }
    this.#state = 'open';
    this.#offset += bytes.length;
  }
}

/**
 * Begins a container: writes its header.
 * @throws RangeError where a field of the header is out of range.
 */
export async function createContainerWriter(
  sink: ContainerSink,
  header: ContainerHeader,
): Promise<ContainerWriter> {
  const writer = new ContainerWriter(sink, header);
  await writer.writeHeader();
  return writer;
}
