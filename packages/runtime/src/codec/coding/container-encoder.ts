import {
  type CodedSize,
  type ContainerHeader,
  type ContainerSink,
  type ContainerWriter,
  createContainerWriter,
  MAX_CHUNK_BYTES,
  MAX_CHUNK_IMAGES,
  type Prior,
} from '../../bitstream/index.js';
import { checkCount, checkInteger, isSequence, wrongKind } from '../../checks.js';
import { ConvaeError } from '../../errors.js';
import {
  copied,
  type FloatImageBatch,
  type ImageBatch,
  isFloatImages,
  sameShape,
  sliceBatch,
} from '../../image.js';
import { joinBatches } from '../../join-batches.js';
import { checkImages } from '../check-images.js';
import {
  type CodingContext,
  type CodingSettings,
  checkedSettings,
  type EncodeOptions,
  inOrder,
  type Part,
  progressFrom,
} from './coding-context.js';

type Batch = ImageBatch | FloatImageBatch;

/** Images to encode: batches of any count, one after the other; their sizes may differ where the bundle allows it. */
export type ImageSequence = Iterable<Batch> | AsyncIterable<Batch>;

/** Options of encoding a container. */
export interface ContainerOptions extends EncodeOptions {
  /** Most images in a chunk, 1..65536: what reading one image costs, and what damage can cost. 1024 where left out. */
  readonly chunk?: number | undefined;
  /** Number of images where it is known before: the header then says it. */
  readonly count?: number | undefined;
}

/** What was written. */
export interface ContainerSummary {
  readonly images: number;
  /** Of the whole container. */
  readonly bytes: number;
  readonly quality: number;
  readonly prior: Prior;
}

/** Images in a chunk by default: its frame costs 0.03 bytes an image. */
export const DEFAULT_CHUNK_IMAGES = 1024;
/** A chunk of larger images holds fewer: its symbols, its pixels and its payload stay in bounds. */
const CHUNK_PIXELS = 1 << 22;

/**
 * Encodes images into a container, one chunk in memory at a time.
 * @throws TypeError or RangeError where an argument is not what it should be, also where `count` is not the number of
 * images; ConvaeError as `embed`, LIMIT_EXCEEDED. The sink then holds no whole container.
 */
export async function encodeContainer(
  context: CodingContext,
  images: ImageSequence,
  sink: ContainerSink,
  options: ContainerOptions,
): Promise<ContainerSummary> {
  const encoder = new ContainerEncoder(context, sink, options);
  if (!isSequence(images)) throw wrongKind('an iterable of image batches', 'images', images);
  const coded = inOrder(context, encoder.chunks(images), (chunk, where) => encoder.encode(chunk, where));
  for await (const chunk of coded) await encoder.write(chunk);
  return encoder.finish();
}

/** Images that are coded together. */
interface ImageChunk extends Part {
  /** Number of the first of them in the container. */
  readonly first: number;
  readonly images: Batch;
}

/** A chunk that is coded. */
interface CodedChunk extends CodedSize {
  readonly count: number;
  readonly payload: Uint8Array;
}

class ContainerEncoder {
  readonly #context: CodingContext;
  readonly #sink: ContainerSink;
  readonly #options: ContainerOptions;
  readonly #settings: CodingSettings;
  readonly #chunk: number;
  #writer: ContainerWriter | undefined;
  /** The size that the header says. */
  #common: CodedSize | undefined;
  /** Images of one size and kind that make up the next chunk. */
  #waiting: Batch[] = [];
  #waitingCount = 0;
  /** Images that are in chunks. */
  #chunked = 0;

  constructor(context: CodingContext, sink: ContainerSink, options: ContainerOptions) {
    this.#context = context;
    this.#sink = sink;
    this.#options = options;
    this.#settings = checkedSettings(context.model, options);
    this.#chunk = options.chunk ?? DEFAULT_CHUNK_IMAGES;
    checkCount(this.#chunk, 'options.chunk', MAX_CHUNK_IMAGES);
    if (options.count !== undefined) checkInteger(options.count, 'options.count', 0);
  }

  /** The images in chunks. They may share the memory of the batch they come from until the next one is asked for. */
  async *chunks(images: ImageSequence): AsyncGenerator<ImageChunk, void, undefined> {
    for await (const batch of images) {
      checkImages(batch, this.#context.manifest);
      const [first] = this.#waiting;
      if (first && !sameForm(first, batch)) yield this.#taken();
      const room = this.#roomFor(batch);
      for (let at = 0; at < batch.count; ) {
        const end = Math.min(batch.count, at + room - this.#waitingCount);
        this.#waiting.push(sliceBatch(batch, at, end));
        this.#waitingCount += end - at;
        if (this.#waitingCount === room) yield this.#taken();
        at = end;
      }
      // What is left over, at most one slice of this batch, must outlive the call: the caller may reuse the memory.
      const rest = this.#waiting.pop();
      if (rest) this.#waiting.push(copied(rest));
    }
    if (this.#waiting.length > 0) yield this.#taken();
  }

  /** A chunk's payload, in the context that is to code it. */
  async encode({ first, images }: ImageChunk, context: CodingContext): Promise<CodedChunk> {
    const { count, height, width } = images;
    const { effort } = this.#options;
    const options = { ...progressFrom(first, this.#options), effort };
    const { value } = await context.encode(images, count, this.#settings, options).next();
    return { count, height, width, payload: value! };
  }

  async write({ count, height, width, payload }: CodedChunk): Promise<void> {
    if (payload.length > MAX_CHUNK_BYTES - 64)
      throw new ConvaeError('LIMIT_EXCEEDED', `an image of ${height}×${width} takes ${payload.length} bytes`);
    const writer = await this.#opened({ height, width });
    const common = this.#common?.height === height && this.#common.width === width;
    await writer.writeChunk({ imageCount: count, payload, ...(common ? {} : { height, width }) });
    this.#options.onProgress?.(writer.imageCount);
  }

  async finish(): Promise<ContainerSummary> {
    const writer = await this.#opened(this.#context.manifest.image);
    await writer.finish();
    return { images: writer.imageCount, bytes: writer.byteLength, ...this.#settings };
  }

  /** What has been waiting, as a chunk. */
  #taken(): ImageChunk {
    const images = this.#waiting.length === 1 ? this.#waiting[0]! : joinBatches<Batch>(this.#waiting);
    const first = this.#chunked;
    this.#waiting = [];
    this.#waitingCount = 0;
    this.#chunked += images.count;
    const { count } = this.#options;
    const pixels = images.height * images.width;
    const left = count === undefined ? undefined : Math.max(0, count - this.#chunked) * pixels;
    return { first, images, pixels: images.count * pixels, left };
  }

  /** Most images of this size in a chunk. */
  #roomFor(size: CodedSize): number {
    const room = this.#context.imagesAtOnce(size, this.#settings);
    return Math.max(1, Math.floor(Math.min(this.#chunk, room, CHUNK_PIXELS / (size.height * size.width))));
  }

  async #opened({ height, width }: CodedSize): Promise<ContainerWriter> {
    this.#common ??= { height, width };
    const { model, manifest } = this.#context;
    const header: ContainerHeader = {
      bundleHash: model.hash,
      channels: manifest.image.channels,
      height,
      width,
      count: this.#options.count ?? 0,
      ...this.#settings,
    };
    this.#writer ??= await createContainerWriter(this.#sink, header);
    return this.#writer;
  }
}

function sameForm(a: Batch, b: Batch): boolean {
  return sameShape(a, b) && isFloatImages(a) === isFloatImages(b);
}
