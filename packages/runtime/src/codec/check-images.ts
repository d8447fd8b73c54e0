import { MAX_IMAGE_SIDE, type Manifest } from '../bundle/manifest.js';
import { checkBatch, checkFinite, wrongKind } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { type FloatImageBatch, type ImageBatch, type ItemShape, isFloatImages } from '../image.js';

/**
 * Checks that a network takes these images.
 * @throws TypeError or RangeError where they are no batch of images, or float values are outside 0..1.
 * @throws ConvaeError SHAPE_MISMATCH or NON_FINITE.
 */
export function checkImages(images: ImageBatch | FloatImageBatch, { image }: Pick<Manifest, 'image'>): void {
  const data: unknown = images?.data;
  if (!(data instanceof Uint8Array || data instanceof Float32Array)) {
    throw wrongKind('a Uint8Array or Float32Array', 'images.data', data);
  }
  checkBatch(images, data instanceof Uint8Array ? Uint8Array : Float32Array, 'images');
  const { channels, height, width } = images;
  const sizeFits = image.anySize
    ? Math.max(height, width) <= MAX_IMAGE_SIDE
    : height === image.height && width === image.width;
  if (channels !== image.channels || !sizeFits) throw imageMismatch(images, image);
  if (isFloatImages(images)) checkRange(images);
}

function checkRange({ data }: FloatImageBatch): void {
  checkFinite(data, 'images');
  const index = data.findIndex((value) => value < 0 || value > 1);
  if (index >= 0)
    throw new RangeError(
      `expected values in 0..1 for images.data, received ${data[index]} at index ${index}`,
    );
}

function imageMismatch(
  images: ItemShape,
  { channels, height, width, anySize }: Manifest['image'],
): ConvaeError {
  const size = anySize ? `sides of at most ${MAX_IMAGE_SIDE}` : `${height}×${width}`;
  return new ConvaeError(
    'SHAPE_MISMATCH',
    `expected images with ${size} and ${channels} channel${channels === 1 ? '' : 's'}, ` +
      `received ${images.height}×${images.width} with ${images.channels}`,
  );
}
