import { writeImageStream } from '../../bitstream/image-stream.js';
import type { Images } from '../../image.js';
import { checkImages, joinedImages } from '../shapes.js';
import { type CodingContext, checkedSettings, type EncodeOptions } from './coding-context.js';

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
  for await (const payload of context.encode(batch, 1, settings, options))
    streams.push(writeImageStream({ ...settings, ...size, payload }));
  return streams;
}
