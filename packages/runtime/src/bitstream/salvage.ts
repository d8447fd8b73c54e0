import { ConvaeError, type ConvaeErrorCode } from '../errors.js';
import {
  ContainerFile,
  type RandomAccessSource,
  readChunkAt,
  readExact,
  readHeaderAt,
  readIndexAt,
} from './container-file.js';
import type { ContainerHeader } from './container-header.js';
import { type ChunkEntry, type ContainerIndex, endOf } from './container-index.js';
import { FRAME_HEAD_BYTES, readFrameHead } from './frame.js';
import { MAX_CHUNKS, MAX_SALVAGE_BYTES } from './limits.js';
import { markerSearch } from './marker-search.js';

/** What a false marker costs at least of the bytes that salvage may check in vain. */
const FALSE_MARKER_BYTES = 256;

/** Images that are gone. */
export interface LostImages {
  readonly firstImage: number;
  readonly imageCount: number;
}

/** What could be saved of a damaged container. */
export interface Salvage {
  /** Its entries are the whole chunks only. */
  readonly container: ContainerFile;
  /** The gaps between them, in order. */
  readonly lost: readonly LostImages[];
  /** Number of images there were; undefined where neither header nor index tells, then the end may be missing too. */
  readonly imageCount: number | undefined;
  /** What was wrong with header and index, if anything. */
  readonly problems: readonly ConvaeError[];
}

/**
 * Opens what is whole of a damaged or truncated container: every chunk whose checksum is right, found through the
 * index, and by searching for chunk markers where the index is gone or does not lead to all of them.
 * @throws ConvaeError where neither header nor index can be read, and LIMIT_EXCEEDED where false markers abound.
 */
export async function salvageContainer(source: RandomAccessSource): Promise<Salvage> {
  const problems: ConvaeError[] = [];
  const header = await attempt(() => readHeaderAt(source), problems);
  const index = await attempt(() => readIndexAt(source), problems);
  const best = header ?? index?.header;
  if (!best) throw problems[0]!;
  const indexed = index ? await wholeChunks(source, index) : [];
  // Bytes lost or added shift what follows, so where the index leads astray the markers are searched too.
  const found = indexed.length === index?.entries.length ? indexed : [...indexed, ...(await scan(source))];
  const entries = withoutOverlaps(found);
  const imageCount = totalImages(best, index, entries.at(-1));
  return {
    container: new ContainerFile(source, best, entries),
    lost: gaps(entries, imageCount),
    imageCount,
    problems,
  };
}

const DAMAGE: readonly ConvaeErrorCode[] = [
  'DATA_INVALID',
  'DATA_TRUNCATED',
  'CHECKSUM_MISMATCH',
  'LIMIT_EXCEEDED',
  'VERSION_UNSUPPORTED',
];

/** Whether an error says that bytes are damaged; all others, the source's own among them, end salvage. */
export function isDamage(error: unknown): error is ConvaeError {
  return error instanceof ConvaeError && DAMAGE.includes(error.code);
}

async function attempt<T>(task: () => Promise<T>, problems: ConvaeError[]): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (!isDamage(error)) throw error;
    problems.push(error);
    return undefined;
  }
}

/** What header or index says; more where a whole chunk is beyond it. */
function totalImages(
  header: ContainerHeader,
  index: ContainerIndex | undefined,
  lastWhole: ChunkEntry | undefined,
): number | undefined {
  if (!index && header.count === 0) return undefined;
  return Math.max(index ? endOf(index.entries.at(-1)) : header.count, endOf(lastWhole));
}

async function wholeChunks(source: RandomAccessSource, index: ContainerIndex): Promise<ChunkEntry[]> {
  const file = new ContainerFile(source, index.header, index.entries);
  const whole: ChunkEntry[] = [];
  for (const entry of index.entries) {
    if (await attempt(() => file.readChunk(entry), [])) whole.push(entry);
  }
  return whole;
}

async function scan(source: RandomAccessSource): Promise<ChunkEntry[]> {
  const found: ChunkEntry[] = [];
  // Hostile bytes could announce a long chunk at every marker; the work is bounded, not the number of markers.
  let budget = 2 * source.size + MAX_SALVAGE_BYTES;
  const nextMarker = markerSearch(source);
  let at = await nextMarker(0);
  while (at < source.size && found.length < MAX_CHUNKS) {
    const length = await attempt(() => frameLength(source, at), []);
    const entry = length && (await attempt(() => entryAt(source, at, length), []));
    if (entry) found.push(entry);
    budget -= Math.max(length ?? 0, FALSE_MARKER_BYTES);
    if (budget < 0)
      throw new ConvaeError('LIMIT_EXCEEDED', 'the container holds too many false chunks to salvage');
    at = await nextMarker(entry ? entry.offset + entry.length : at + 1);
  }
  return found;
}

async function frameLength(source: RandomAccessSource, at: number): Promise<number | undefined> {
  const length = FRAME_HEAD_BYTES + readFrameHead(await readExact(source, at, FRAME_HEAD_BYTES)).bodyLength;
  return at + length <= source.size ? length : undefined;
}

async function entryAt(source: RandomAccessSource, offset: number, length: number): Promise<ChunkEntry> {
  const { firstImage, imageCount } = await readChunkAt(source, offset, length);
  return { offset, length, firstImage, imageCount };
}

/** By image; of chunks that claim the same images the first in the file counts. */
function withoutOverlaps(found: readonly ChunkEntry[]): ChunkEntry[] {
  const kept: ChunkEntry[] = [];
  for (const entry of [...found].sort((a, b) => a.firstImage - b.firstImage)) {
    if (entry.firstImage >= endOf(kept.at(-1))) kept.push(entry);
  }
  return kept;
}

function gaps(entries: readonly ChunkEntry[], imageCount: number | undefined): LostImages[] {
  const lost: LostImages[] = [];
  let next = 0;
  const gapTo = (end: number): void => {
    if (end > next) lost.push({ firstImage: next, imageCount: end - next });
  };
  for (const entry of entries) {
    gapTo(entry.firstImage);
    next = endOf(entry);
  }
  gapTo(imageCount ?? 0);
  return lost;
}
