import { Readable } from 'node:stream';
import { type Codec, type ImageBatch, joinBatches, joinBytes } from '@convae/runtime';
import type { ImageCoder, Parts } from '../measurement.js';

/** A lossless codec as a coder of images into one container. */
export const containerCoder = (codec: Codec): ImageCoder => ({
  name: codec.manifest.name,
  lossless: true,
  encode: async (images) => {
    const parts: Uint8Array[] = [];
    const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
    await codec.encodeContainer([images], { write }, { count: images.count });
    return joinBytes(parts);
  },
  decode: async (bytes) => {
    const decoded = await codec.decodeContainer(Readable.from([bytes]));
    const batches: ImageBatch[] = [];
    for await (const { images } of decoded.images) batches.push(images);
    return joinBatches<ImageBatch>(batches);
  },
});

/** A batch that is coded as a whole. */
export const batchPart = (images: ImageBatch): Parts => ({ count: 1, read: async () => images });
