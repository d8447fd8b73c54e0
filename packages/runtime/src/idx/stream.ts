import { ByteQueue } from '../bitstream/byte-queue.js';
import { joinBytes } from '../bytes.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { type IdxImagesHeader, parseIdxImagesHeader } from './format.js';

/** Largest number of pixel bytes in an IDX file that is read piece by piece. */
export const MAX_IDX_STREAM_BYTES = 2 ** 40;

/** Bytes of a header with four dimensions. */
const LONGEST_HEADER_BYTES = 20;
/** Most pixel bytes given at once, or one image. */
const BATCH_BYTES = 1 << 20;
/** Most images given at once: as many as a container's chunk takes, which then are not copied. */
const BATCH_IMAGES = 1024;

/** An IDX file of images being read front to back. */
export interface IdxImageStream {
  readonly header: IdxImagesHeader;
  /** The images in order, some at a time; throws ConvaeError where the file is shorter or longer than it says. */
  readonly images: AsyncGenerator<ImageBatch, void, undefined>;
}

/**
 * Reads an IDX file of images (already unzipped) as a stream, in constant memory.
 * @throws ConvaeError as `parseIdxImagesHeader`.
 */
export async function readIdxImageStream(
  stream: AsyncIterable<Uint8Array>,
  name = 'IDX bytes',
): Promise<IdxImageStream> {
  const queue = new ByteQueue(stream);
  try {
    const start = await queue.take(4);
    const rest = await queue.take(start[3] === 4 ? LONGEST_HEADER_BYTES - 4 : LONGEST_HEADER_BYTES - 8);
    const header = parseIdxImagesHeader(joinBytes([start, rest]), name, MAX_IDX_STREAM_BYTES);
    return { header, images: readImages(queue, header, name) };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

async function* readImages(
  queue: ByteQueue,
  header: IdxImagesHeader,
  name: string,
): AsyncGenerator<ImageBatch, void, undefined> {
  const { count, height, width, channels } = header;
  const size = height * width * channels;
  const step = Math.max(1, Math.min(BATCH_IMAGES, Math.floor(BATCH_BYTES / size)));
  try {
    for (let done = 0; done < count; done += step) {
      const images = Math.min(step, count - done);
      const data = await queue.take(images * size);
      if (data.length < images * size)
        throw new ConvaeError('DATA_TRUNCATED', `${name}: ends before the ${count} images that it announces`);
      yield { data, count: images, height, width, channels };
    }
    if ((await queue.take(1)).length > 0)
      throw new ConvaeError(
        'DATA_INVALID',
        `${name}: trailing bytes after the ${count} images that it announces`,
      );
  } finally {
    await queue.close();
  }
}
