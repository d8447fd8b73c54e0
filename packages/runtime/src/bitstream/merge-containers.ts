import { checkLimit } from '../checks.js';
import { ConvaeError } from '../errors.js';
import type { Chunk } from './chunk.js';
import { type ContainerFile, openContainer, type RandomAccessSource } from './container-file.js';
import type { ContainerHeader } from './container-header.js';
import { sameHeader } from './container-stream.js';
import { type ContainerSink, createContainerWriter, type NewChunk } from './container-writer.js';
import { MAX_CHUNKS } from './limits.js';

/** A container that becomes part of another one. */
export interface MergePart extends RandomAccessSource {
  /** How errors name it; "part 1" and so on where left out. */
  readonly name?: string | undefined;
}

/** What {@link mergeContainers} wrote. */
export interface MergeSummary {
  /** The merged container's. */
  readonly header: ContainerHeader;
  readonly images: number;
  readonly chunks: number;
  /** Of the whole container. */
  readonly bytes: number;
}

/** What is kept of a part between looking at all of them and copying its chunks. */
interface Opened {
  readonly part: MergePart;
  readonly name: string;
  readonly header: ContainerHeader;
  readonly images: number;
  readonly chunks: number;
}

/**
 * Joins containers of one bundle, quality and prior, in the order given: the bytes that one writer writes who gets the
 * same chunks. Headers and indexes of all parts are read before the first byte is written; then one chunk is in memory
 * at a time (and about 100 bytes for each chunk and part). Images may have different sizes; fields and frames of a newer
 * minor version are left out.
 * @throws TypeError without parts; ConvaeError DATA_INVALID where parts do not belong together, LIMIT_EXCEEDED, and, with
 * the part's name, as {@link openContainer}. The sink then holds no whole container.
 * @source FORMAT.md, "Container"
 */
export async function mergeContainers(
  parts: readonly MergePart[],
  sink: ContainerSink,
): Promise<MergeSummary> {
  if (parts.length === 0) throw new TypeError('expected one or more containers for parts, received none');
  const opened: Opened[] = [];
  for (const [i, part] of parts.entries()) opened.push(await look(part, part.name ?? `part ${i + 1}`));
  const header = commonHeader(opened);
  const writer = await createContainerWriter(sink, header);
  for (const each of opened)
    for await (const chunk of chunksOf(each)) await writer.writeChunk(resized(chunk, each.header, header));
  await writer.finish();
  const chunks = opened.reduce((sum, each) => sum + each.chunks, 0);
  return { header, images: writer.imageCount, chunks, bytes: writer.byteLength };
}

async function look(part: MergePart, name: string): Promise<Opened> {
  const { header, imageCount, entries } = await naming(name, () => openContainer(part));
  return { part, name, header, images: imageCount, chunks: entries.length };
}

/** The header of all: the size is that of the first image, and the count is known where every part says its own. */
function commonHeader(opened: readonly Opened[]): ContainerHeader {
  const filled = opened.filter(({ images }) => images > 0);
  const { header, name } = filled[0] ?? opened[0]!;
  for (const other of opened) checkSame({ header, name }, other);
  const chunks = opened.reduce((sum, each) => sum + each.chunks, 0);
  checkLimit(chunks, MAX_CHUNKS, 'the parts have', 'chunks together');
  const known = filled.every((each) => each.header.count > 0);
  return { ...header, count: known ? filled.reduce((sum, { images }) => sum + images, 0) : 0 };
}

/** @throws ConvaeError where two containers cannot be parts of one. */
function checkSame(first: Pick<Opened, 'header' | 'name'>, other: Opened): void {
  const differs = (field: 'channels' | 'prior' | 'quality'): boolean =>
    first.header[field] !== other.header[field];
  const field = (['channels', 'prior', 'quality'] as const).find(differs);
  if (first.header.bundleHash.some((byte, i) => byte !== other.header.bundleHash[i])) {
    throw new ConvaeError('DATA_INVALID', `${other.name} was made with another bundle than ${first.name}`);
  }
  if (field === undefined) return;
  const [expected, received] = [first.header[field], other.header[field]];
  const problem = `expected ${expected} for ${field} of ${other.name}, as in ${first.name}, received ${received}`;
  throw new ConvaeError('DATA_INVALID', problem);
}

/** The chunks of a part, one at a time. */
async function* chunksOf({ part, name, header, images }: Opened): AsyncGenerator<Chunk, void, undefined> {
  const container: ContainerFile = await naming(name, () => openContainer(part));
  if (container.imageCount !== images || !sameHeader(container.header, header)) {
    throw new ConvaeError('DATA_INVALID', `${name} changed while it was read`);
  }
  for (const entry of container.entries) yield await naming(name, () => container.readChunk(entry));
}

/** A chunk under another header: it says the size of its images where that is not the header's. */
function resized(chunk: Chunk, from: ContainerHeader, to: ContainerHeader): NewChunk {
  const { imageCount, payload } = chunk;
  const { height, width } = chunk.height === 0 ? from : chunk;
  const common = height === to.height && width === to.width;
  return { imageCount, payload, ...(common ? {} : { height, width }) };
}

/** Runs a task; its ConvaeErrors get the part's name. */
async function naming<T>(name: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ConvaeError) || error.message.includes(name)) throw error;
    throw new ConvaeError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}
