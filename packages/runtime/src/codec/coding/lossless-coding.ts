import type { LosslessBundle } from '../../bundle/load.js';
import { checkNotAborted } from '../../checks.js';
import {
  type FloatImageBatch,
  type ImageBatch,
  isFloatImages,
  sliceBatch,
  toFloatImages,
  toUint8Images,
} from '../../image.js';
import { decodePixels, encodePixels, MAX_PIXEL_PRODUCTS, type PixelPrior } from '../../pixels/index.js';
import { type CallOptions, type CodingContext, progressFrom } from './coding-context.js';
import { inTurns } from './turns.js';

/** Most values in a chunk of more than one image. */
const CHUNK_VALUES = 1 << 20;

/** Images to payloads and back through the pixel context model of a lossless bundle. */
export function losslessCoding({ manifest, hash }: LosslessBundle, prior: PixelPrior): CodingContext {
  const { channels } = manifest.image;
  return {
    manifest,
    model: {
      ...{ name: manifest.name, hash, qualities: 1, defaultQuality: 0 },
      ...{ priors: ['context'], defaultPrior: 'context' },
    },
    imagesAtOnce: (size) =>
      Math.min(
        CHUNK_VALUES / (channels * size.height * size.width),
        MAX_PIXEL_PRODUCTS / prior.products(size),
      ),
    encode: (images, each, _settings, options) => encodeParts(prior, exactImages(images), each, options),
    decode: async (payload, { count, height, width }, options) => {
      const shape = { channels, height, width };
      const steps = decodePixels(prior, payload, { count, shape });
      const images = await inTurns(steps, count * channels * height * width, options, count);
      return { images: (start, end, call) => part(sliceBatch(images, start, end), call) };
    },
  };
}

async function* encodeParts(
  prior: PixelPrior,
  images: ImageBatch,
  each: number,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < images.count; start += each) {
    checkNotAborted(options.signal);
    const some = sliceBatch(images, start, Math.min(images.count, start + each));
    yield await inTurns(
      encodePixels(prior, some),
      some.data.length,
      progressFrom(start, options),
      some.count,
    );
  }
}

async function* part(
  images: ImageBatch,
  { signal }: CallOptions,
): AsyncGenerator<ImageBatch, void, undefined> {
  checkNotAborted(signal);
  // A copy: a caller that keeps one image does not keep its chunk.
  yield { ...images, data: images.data.slice() };
}

/**
 * The images as uint8; float32 ones must be multiples of 1 / 255, as they are where they come of uint8.
 * @throws RangeError where rounding would change a value.
 */
function exactImages(images: ImageBatch | FloatImageBatch): ImageBatch {
  if (!isFloatImages(images)) return images;
  const rounded = toUint8Images(images);
  const exact = toFloatImages(rounded).data;
  const wrong = images.data.findIndex((value, i) => value !== exact[i]);
  if (wrong < 0) return rounded;
  throw new RangeError(
    `expected multiples of 1/255 for images.data of a lossless bundle, received ${images.data[wrong]} at index ${wrong}`,
  );
}
