import { MAX_IMAGE_SIDE, type Manifest } from '../bundle/manifest.js';
import { checkBatch, checkCount, checkFinite } from '../checks.js';
import { ConvaeError } from '../errors.js';
import type { ItemShape, LatentBatch } from '../image.js';
import { paddedSide } from '../image.js';

/** The shape of the latent of one image of this size. */
export function latentShape({ image, latent }: Manifest, height: number, width: number): ItemShape {
  if (!image.anySize) return { ...latent };
  return {
    channels: latent.channels,
    height: (paddedSide(height, image.multiple) * latent.height) / image.height,
    width: (paddedSide(width, image.multiple) * latent.width) / image.width,
  };
}

/**
 * Checks that a network takes these latents.
 * @throws TypeError or RangeError where they are no batch of latents.
 * @throws ConvaeError SHAPE_MISMATCH or NON_FINITE.
 */
export function checkLatents(latents: LatentBatch, manifest: Manifest): void {
  checkBatch(latents, Float32Array, 'latents');
  const { image, latent } = manifest;
  const fits =
    latents.channels === latent.channels &&
    (image.anySize
      ? fitsSide(latents.height, latent.height, image.height, image.multiple) &&
        fitsSide(latents.width, latent.width, image.width, image.multiple)
      : latents.height === latent.height && latents.width === latent.width);
  if (!fits) {
    throw new ConvaeError(
      'SHAPE_MISMATCH',
      `expected latents of ${latent.channels}×${latent.height}×${latent.width}${image.anySize ? ' (any height and width)' : ''}, ` +
        `received ${latents.channels}×${latents.height}×${latents.width}`,
    );
  }
  checkFinite(latents.data, 'latents');
}

/** A latent side belongs to an image side that is a multiple of the network's. */
function fitsSide(side: number, latentSide: number, imageSide: number, multiple: number): boolean {
  const pixels = (side * imageSide) / latentSide;
  return Number.isInteger(pixels / multiple) && pixels <= paddedSide(MAX_IMAGE_SIDE, multiple);
}

/**
 * The shape of one reconstructed image: the asked height and width, or else all that the latent covers.
 * @throws TypeError or RangeError where images of the asked size do not have latents of this size.
 */
export function imageSize(
  { image, latent }: Manifest,
  latents: ItemShape,
  { height, width }: { height?: number | undefined; width?: number | undefined },
): ItemShape {
  const full = {
    height: (latents.height * image.height) / latent.height,
    width: (latents.width * image.width) / latent.width,
  };
  const multiple = image.anySize ? image.multiple : 1;
  return {
    channels: image.channels,
    height: askedSide(height, full.height, multiple, 'options.height'),
    width: askedSide(width, full.width, multiple, 'options.width'),
  };
}

function askedSide(asked: number | undefined, full: number, multiple: number, name: string): number {
  if (asked === undefined) return full;
  checkCount(asked, name);
  if (asked <= full && asked > full - multiple) return asked;
  const range = multiple === 1 ? `${full}` : `${full - multiple + 1} to ${full}`;
  throw new RangeError(`expected ${range} for ${name}, received ${asked}`);
}
