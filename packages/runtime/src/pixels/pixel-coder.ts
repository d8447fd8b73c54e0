import { MAX_CHUNK_SYMBOLS } from '../bitstream/index.js';
import { checkLimit } from '../checks.js';
import { mostBits } from '../entropy/code-word.js';
import { RangeDecoder, RangeEncoder, type Steps, TOTAL } from '../entropy/index.js';
import { ConvaeError } from '../errors.js';
import type { ImageBatch, ItemShape } from '../image.js';
import type { PixelPrior } from './pixel-prior.js';
import type { ValueCoder } from './pixel-walker.js';

/** Most products of weights that a payload of a lossless bundle may take: this bounds the time to decode it. */
export const MAX_PIXEL_PRODUCTS = 2 ** 38;

/** Encodes images in pieces: the payload's whole code word. @throws ConvaeError LIMIT_EXCEEDED. */
export function* encodePixels(prior: PixelPrior, images: ImageBatch): Steps<Uint8Array> {
  checkProducts(prior, images.count, images);
  const encoder = new RangeEncoder();
  yield* prior.steps(images.data as Uint8Array, images, valueEncoder(encoder));
  return encoder.finish();
}

/** Writes what it is given. */
const valueEncoder = (encoder: RangeEncoder): ValueCoder => ({
  answer: (first, yes) => {
    if (yes) encoder.encode(0, first);
    else encoder.encode(first, TOTAL);
    return yes;
  },
  slot: () => -1,
  interval: (low, high) => encoder.encode(low, high),
  refuse: () => {},
});

/** What a payload must hold. */
export interface PixelHead {
  readonly count: number;
  /** Of one image. */
  readonly shape: ItemShape;
}

/**
 * Decodes a payload in pieces: integers only, so every machine finds the same.
 * @throws ConvaeError DATA_INVALID where no encoder would have written these bytes, LIMIT_EXCEEDED.
 */
export function* decodePixels(
  prior: PixelPrior,
  payload: Uint8Array,
  { count, shape }: PixelHead,
): Steps<ImageBatch> {
  const { channels, height, width } = shape;
  const length = count * channels * height * width;
  // Before memory is taken: so few bytes cannot hold so many values, whatever they are.
  if (count * prior.leastBits(shape) > mostBits(payload.length)) {
    const problem = `${payload.length} bytes cannot hold ${count} image(s) of ${height}×${width}×${channels}`;
    throw new ConvaeError('DATA_INVALID', problem);
  }
  if (count > 1) checkLimit(length, MAX_CHUNK_SYMBOLS, 'a chunk has', 'values');
  checkProducts(prior, count, shape);
  const data = new Uint8Array(length);
  const decoder = new RangeDecoder(payload);
  yield* prior.steps(data, shape, valueDecoder(decoder));
  decoder.finish();
  return { data, count, channels, height, width } as ImageBatch;
}

/** Reads values. */
const valueDecoder = (decoder: RangeDecoder): ValueCoder => ({
  answer: (first) => {
    const yes = decoder.slot() < first;
    decoder.consume(yes ? 0 : first, yes ? first : TOTAL);
    return Number(yes);
  },
  slot: () => decoder.slot(),
  interval: (low, high) => decoder.consume(low, high),
  refuse: () => {
    throw new ConvaeError('DATA_INVALID', 'a colour that was there before is coded as a new one');
  },
});

function checkProducts(prior: PixelPrior, count: number, size: Pick<ItemShape, 'height' | 'width'>): void {
  const products = count * prior.products(size);
  if (products <= MAX_PIXEL_PRODUCTS) return;
  throw new ConvaeError(
    'LIMIT_EXCEEDED',
    `the pixel context model would take ${products} products, more than ${MAX_PIXEL_PRODUCTS}`,
  );
}
