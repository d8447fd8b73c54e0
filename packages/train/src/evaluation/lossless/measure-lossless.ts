import { Readable } from 'node:stream';
import { type Codec, ConvaeError, type ImageBatch, sliceBatch } from '@convae/runtime';
import { inBatches } from '../../dataset/batches.js';
import type { Pictures } from '../../dataset/types.js';
import { spreadPositions } from '../../figures/averages.js';
import type { LosslessMetrics } from './lossless-schema.js';

/** Images handed to the codec at once. */
const BATCH = 500;
/** Pictures that are measured, evenly spread over the set. */
const MEASURED_PICTURES = 24;

/** Told with how many of all images are encoded, decoded, or coded alone. */
export type OnLosslessProgress = (progress: { readonly done: number; readonly total: number }) => void;

/** @throws ConvaeError RUN_FAILED where an image came back with another value. */
function requireSame(codec: Codec, expected: ImageBatch, back: ImageBatch, first: number): void {
  if (Buffer.compare(expected.data, back.data) === 0) return;
  const image = `one of the images ${first} to ${first + expected.count - 1}`;
  throw new ConvaeError('RUN_FAILED', `${codec.manifest.name} is not lossless: ${image} came back changed`);
}

interface Container {
  readonly bytes: number;
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** One container of all images, really written, read again and compared. */
async function measureContainer(
  codec: Codec,
  images: ImageBatch,
  onImages: (count: number) => void,
): Promise<Container> {
  const parts: Uint8Array[] = [];
  const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
  const started = performance.now();
  await codec.encodeContainer(inBatches(images, BATCH), { write }, { count: images.count });
  const encodeSeconds = secondsSince(started);
  onImages(images.count);
  const decoding = performance.now();
  const decoded = await codec.decodeContainer(Readable.from(parts));
  let seen = 0;
  for await (const { firstImage, images: back } of decoded.images) {
    requireSame(codec, sliceBatch<ImageBatch>(images, firstImage, firstImage + back.count), back, firstImage);
    seen += back.count;
    onImages(back.count);
  }
  if (seen !== images.count)
    throw new ConvaeError('RUN_FAILED', `${seen} of ${images.count} images came back out of a container`);
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  return { bytes, encodeSeconds, decodeSeconds: secondsSince(decoding) };
}

/** The length of each image's own stream, really written, read again and compared. */
async function measureStreams(
  codec: Codec,
  images: ImageBatch,
  onImages: (count: number) => void,
): Promise<number[]> {
  const lengths: number[] = [];
  for (const batch of inBatches(images, BATCH)) {
    for (const stream of await codec.encodeBatch(batch)) {
      const index = lengths.push(stream.length) - 1;
      requireSame(codec, sliceBatch<ImageBatch>(images, index, index + 1), await codec.decode(stream), index);
    }
    onImages(batch.count);
  }
  return lengths;
}

/** Measured figures of a lossless codec. */
export type LosslessMeasurement = Pick<LosslessMetrics, 'bytes' | 'speed'>;

/**
 * Encodes images into a container, and each alone, decodes both, and checks that every value came back.
 * @throws ConvaeError RUN_FAILED where one did not.
 */
export async function measureLossless(
  codec: Codec,
  images: ImageBatch,
  onProgress: OnLosslessProgress = () => {},
): Promise<LosslessMeasurement> {
  const { count, height, width, channels } = images;
  let done = 0;
  const onImages = (more: number): void => {
    done += more;
    onProgress({ done, total: 3 * count });
  };
  const container = await measureContainer(codec, images, onImages);
  const lengths = await measureStreams(codec, images, onImages);
  return {
    bytes: {
      imageBytes: height * width * channels,
      containerBytesPerImage: container.bytes / count,
      bitsPerPixel: (8 * container.bytes) / (count * height * width),
      streamBytesPerImage: lengths.reduce((sum, length) => sum + length, 0) / count,
      smallestStream: lengths.reduce((a, b) => Math.min(a, b)),
      largestStream: lengths.reduce((a, b) => Math.max(a, b)),
    },
    speed: {
      encodeImagesPerSecond: count / container.encodeSeconds,
      decodeImagesPerSecond: count / container.decodeSeconds,
    },
  };
}

/** Whole pictures as image streams, read again and compared. */
export async function measureWholePictures(
  codec: Codec,
  pictures: Pictures,
): Promise<NonNullable<LosslessMetrics['pictures']>> {
  const positions = spreadPositions(pictures.count, MEASURED_PICTURES);
  let [bytes, pixels] = [0, 0];
  for (const index of positions) {
    const picture = await pictures.read(index);
    const stream = await codec.encode(picture);
    requireSame(codec, picture, await codec.decode(stream), index);
    bytes += stream.length;
    pixels += picture.height * picture.width;
  }
  return {
    measured: positions.length,
    of: pictures.count,
    bytesPerPicture: bytes / positions.length,
    bitsPerPixel: (8 * bytes) / pixels,
  };
}
