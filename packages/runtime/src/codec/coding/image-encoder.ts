import { writeImageStream } from '../../bitstream/write-image-stream.js';
import { type FloatImageBatch, type ImageBatch, type Images, sliceBatch } from '../../image.js';
import { checkImages } from '../check-images.js';
import { joinedImages } from '../joined-images.js';
import {
  type CodingContext,
  checkedSettings,
  type EncodeOptions,
  inOrder,
  progressFrom,
} from './coding-context.js';

/** Encodes one image. */
export async function encodeImage(
  context: CodingContext,
  images: Images,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const batch = joinedImages(images);
  if (batch?.count > 1) throw new RangeError(`expected 1 image for image, received ${batch.count}`);
  return (await encodeImages(context, batch, options))[0]!;
}

/** Encodes every image of a batch into a stream of its own (FORMAT.md, "Single image stream"). */
export async function encodeImages(
  context: CodingContext,
  images: Images,
  options: EncodeOptions,
): Promise<Uint8Array[]> {
  const settings = checkedSettings(context.model, options);
  const batch = joinedImages(images);
  checkImages(batch, context.manifest);
  const { image } = context.manifest;
  const own = batch.height === image.height && batch.width === image.width;
  const size = own ? {} : { size: { height: batch.height, width: batch.width } };
  const streams: Uint8Array[] = [];
  const coded = inOrder(context, partsOf(batch, context), async (part, where) => {
    const payloads: Uint8Array[] = [];
    const partOptions = { ...options, ...progressFrom(part.first, options) };
    for await (const payload of where.encode(part.images, 1, settings, partOptions)) payloads.push(payload);
    return payloads;
  });
  for await (const payloads of coded) {
    for (const payload of payloads) streams.push(writeImageStream({ ...settings, ...size, payload }));
    options.onProgress?.(streams.length);
  }
  return streams;
}

/** The whole batch, or what one of several threads takes of it at a time. */
async function* partsOf(batch: ImageBatch | FloatImageBatch, { threads }: CodingContext) {
  const { count, height, width } = batch;
  const step = threads?.partImages(batch) ?? count;
  for (let first = 0; first < count; first += step) {
    const end = Math.min(count, first + step);
    const [pixels, left] = [(end - first) * height * width, (count - end) * height * width];
    yield { first, images: sliceBatch(batch, first, end), pixels, left };
  }
}
