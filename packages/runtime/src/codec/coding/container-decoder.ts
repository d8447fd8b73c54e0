import { endOf } from '../../bitstream/container-index.js';
import {
  type Chunk,
  type CodedSize,
  type ContainerFile,
  type ContainerHeader,
  isDamage,
  type LostImages,
  openContainer,
  type RandomAccessSource,
  readContainer,
  type Salvage,
  salvageContainer,
} from '../../bitstream/index.js';
import { toHex } from '../../bytes.js';
import { finish } from '../../entropy/index.js';
import type { SymbolBatch } from '../../entropy/quantizer.js';
import { ConvaeError } from '../../errors.js';
import type { ImageBatch } from '../../image.js';
import {
  type CallOptions,
  type CodingContext,
  checkStream,
  codedShape,
  type DecodedPayload,
  inOrder,
  type Part,
  progressFrom,
} from './coding-context.js';
import type { Networks } from './networks.js';
import { decodePayload } from './payload.js';

/** Images of a container and their place in it. */
export interface PlacedImages {
  /** Number of the first of them in the container. */
  readonly firstImage: number;
  readonly images: ImageBatch;
}

/** A container being decoded front to back. */
export interface DecodedContainer {
  readonly header: ContainerHeader;
  /**
   * The images in order, some at a time, whole chunks checked before any of their images is given.
   * Throws ConvaeError at the first damage.
   */
  readonly images: AsyncGenerator<PlacedImages, void, undefined>;
}

/** Images that are gone. */
export type LostChunk = LostImages;

/**
 * Decodes a container from a stream, one chunk in memory at a time.
 * @throws ConvaeError as `readContainer`; HASH_MISMATCH where it was written with another bundle.
 */
export async function decodeContainer(
  context: CodingContext,
  stream: AsyncIterable<Uint8Array>,
  options: CallOptions,
): Promise<DecodedContainer> {
  const { header, chunks } = await readContainer(stream);
  try {
    checkHeader(context, header);
  } catch (error) {
    await chunks.return();
    throw error;
  }
  return { header, images: decodeChunks(context, header, sized(header, chunks, header.count), options) };
}

/** What is done with an error that ends a chunk; it throws where the others are not to go on. */
type OnError = (error: unknown, chunk: LostChunk) => void;

const rethrow: OnError = (error) => {
  throw error;
};

async function* decodeChunks(
  context: CodingContext,
  header: ContainerHeader,
  chunks: AsyncIterable<ChunkPart>,
  options: CallOptions,
  onError: OnError = rethrow,
): AsyncGenerator<PlacedImages, void, undefined> {
  const decoded = inOrder(context, chunks, async ({ chunk }, where) => {
    const task = decodeChunk(where, header, chunk, options);
    return { chunk, images: await task.catch((error: unknown) => onError(error, chunk)) };
  });
  for await (const { chunk, images } of decoded) {
    if (!images) continue;
    options.onProgress?.(chunk.firstImage + chunk.imageCount);
    yield* placedImages(chunk, images, options);
  }
}

interface ChunkPart extends Part {
  readonly chunk: Chunk;
}

/** @param total images of all chunks; 0 where nobody knows. */
async function* sized(
  header: ContainerHeader,
  chunks: AsyncIterable<Chunk>,
  total: number,
): AsyncGenerator<ChunkPart, void, undefined> {
  for await (const chunk of chunks) {
    const { height, width } = chunkSides(header, chunk);
    const behind = Math.max(0, total - chunk.firstImage - chunk.imageCount);
    const left = total === 0 ? undefined : behind * height * width;
    yield { chunk, pixels: chunk.imageCount * height * width, left };
  }
}

async function* placedImages(
  { firstImage, imageCount }: Chunk,
  decoded: DecodedPayload,
  { signal }: CallOptions,
): AsyncGenerator<PlacedImages, void, undefined> {
  let first = firstImage;
  for await (const images of decoded.images(0, imageCount, { signal })) {
    yield { firstImage: first, images };
    first += images.count;
  }
}

/** Decodes the symbols of a chunk, whose header is one that `checkHeader` accepts, piece by piece. */
function decodeChunk(
  context: CodingContext,
  header: ContainerHeader,
  chunk: Chunk,
  options: CallOptions,
): Promise<DecodedPayload> {
  const { quality, prior } = header;
  const { firstImage, imageCount: count, payload } = chunk;
  const coded = { quality, prior, count, ...chunkSides(header, chunk) };
  return context.decode(payload, coded, progressFrom(firstImage, options));
}

/**
 * The symbols of a chunk, whose header is one that `checkHeader` accepts: no network runs, every machine finds the same.
 * @throws ConvaeError.
 */
export function chunkSymbols(
  { manifest, model }: Pick<Networks, 'manifest' | 'model'>,
  header: ContainerHeader,
  chunk: Chunk,
): SymbolBatch {
  const shape = codedShape(manifest, chunkSides(header, chunk));
  const { quality, prior } = header;
  return finish(decodePayload(model, chunk.payload, { quality, prior, count: chunk.imageCount, shape }));
}

/** Height and width of a chunk's images. */
export function chunkSides(header: ContainerHeader, { height, width }: Chunk): CodedSize {
  return height === 0 ? { height: header.height, width: header.width } : { height, width };
}

/**
 * Checks what a container's header says against the bundle: before any of its chunks is decoded.
 * @throws ConvaeError HASH_MISMATCH for another bundle, UNSUPPORTED for a prior, DATA_INVALID for a quality or channels
 * that the bundle does not have.
 */
export function checkHeader(
  { manifest, model }: Pick<CodingContext, 'manifest' | 'model'>,
  header: ContainerHeader,
): void {
  if (header.bundleHash.some((byte, i) => byte !== model.hash[i])) {
    const problem = `the container was written with bundle ${toHex(header.bundleHash)}, ${manifest.name} is ${toHex(model.hash)}`;
    throw new ConvaeError('HASH_MISMATCH', `${problem}: decode it with its own`);
  }
  checkStream(model, header);
  if (header.channels === manifest.image.channels) return;
  throw new ConvaeError(
    'DATA_INVALID',
    `the container holds images with ${header.channels} channels, ${manifest.name} has ${manifest.image.channels}`,
  );
}

/** A container opened for random access, with the bundle that decodes it. */
export class ImageContainer {
  readonly header: ContainerHeader;
  /** Number of images there were; with salvage that of the known ones where neither header nor index tells. */
  readonly imageCount: number;
  readonly #context: CodingContext;
  readonly #file: ContainerFile;
  readonly #salvage: Salvage | undefined;
  readonly #lost: LostChunk[];

  /** @internal */
  constructor(context: CodingContext, file: ContainerFile, salvage?: Salvage) {
    this.header = file.header;
    this.imageCount = salvage?.imageCount ?? endOf(file.entries.at(-1));
    this.#context = context;
    this.#file = file;
    this.#salvage = salvage;
    this.#lost = [...(salvage?.lost ?? [])];
  }

  /** Images that are gone, in order; empty without salvage. Chunks that turn out damaged while decoding are added. */
  get lost(): readonly LostChunk[] {
    return this.#lost;
  }

  /** What was wrong with header and index; empty without salvage. */
  get problems(): readonly ConvaeError[] {
    return this.#salvage?.problems ?? [];
  }

  /**
   * Decodes one image; it costs reading its chunk.
   * @throws RangeError where there is no such image; ConvaeError where its chunk is damaged or lost.
   */
  async decodeAt(image: number, options: CallOptions = {}): Promise<ImageBatch> {
    const gone = this.#lost.find(
      ({ firstImage, imageCount }) => image >= firstImage && image < firstImage + imageCount,
    );
    if (gone && Number.isInteger(image))
      throw new ConvaeError('DATA_INVALID', `image ${image} is lost: its chunk is damaged`);
    const chunk = await this.#file.readChunk(this.#file.entryOf(image));
    const decoded = await decodeChunk(this.#context, this.header, chunk, options);
    const at = image - chunk.firstImage;
    for await (const images of decoded.images(at, at + 1, { signal: options.signal })) return images;
    throw new ConvaeError('DATA_INVALID', `image ${image} is not in its chunk`);
  }

  /**
   * Decodes all images, some at a time. With salvage, chunks that cannot be decoded are left out and added to `lost`.
   * @throws ConvaeError without salvage where a chunk is damaged.
   */
  images(options: CallOptions = {}): AsyncGenerator<PlacedImages, void, undefined> {
    const onError: OnError = (error, chunk) => this.#goOnAfter(error, chunk);
    const chunks = sized(this.header, this.#chunks(onError), this.imageCount);
    return decodeChunks(this.#context, this.header, chunks, options, onError);
  }

  async *#chunks(onError: OnError): AsyncGenerator<Chunk, void, undefined> {
    for (const entry of this.#file.entries) {
      const chunk = await this.#file.readChunk(entry).catch((error: unknown) => onError(error, entry));
      if (chunk) yield chunk;
    }
  }

  /** Salvage goes on without a damaged chunk. */
  #goOnAfter(error: unknown, chunk: LostChunk): void {
    if (!this.#salvage || !isDamage(error)) throw error;
    this.#addLost(chunk);
  }

  #addLost({ firstImage, imageCount }: LostChunk): void {
    if (this.#lost.some((gone) => gone.firstImage === firstImage)) return;
    this.#lost.push({ firstImage, imageCount });
    this.#lost.sort((a, b) => a.firstImage - b.firstImage);
  }
}

/**
 * Opens a container for random access; with `salvage` what is whole of a damaged one.
 * @throws ConvaeError as {@link decodeContainer}; with `salvage` where neither header nor index can be read.
 */
export async function openImageContainer(
  context: CodingContext,
  source: RandomAccessSource,
  { salvage = false }: { readonly salvage?: boolean | undefined },
): Promise<ImageContainer> {
  const saved = salvage ? await salvageContainer(source) : undefined;
  const file = saved?.container ?? (await openContainer(source));
  checkHeader(context, file.header);
  return new ImageContainer(context, file, saved);
}
