import type { PlainData } from '../bitstream/index.js';
import type { Manifest } from './manifest.js';

/**
 * What decoding a bitstream depends on (FORMAT.md, "Identity"): its hash names the bundle in containers.
 * Undefined where the bundle has no quantizer or no tables, and so codes nothing.
 */
export function bundleIdentity(manifest: Manifest): PlainData | undefined {
  const { decoder, image, latent, normalisation, quantizer, tables, context } = manifest;
  if (quantizer === undefined || tables === undefined) return undefined;
  const { steps, offsets, multipliers } = quantizer;
  return {
    decoder: decoder.sha256,
    image: {
      channels: image.channels,
      height: image.height,
      width: image.width,
      anySize: image.anySize,
      multiple: image.multiple,
    },
    latent: { channels: latent.channels, height: latent.height, width: latent.width },
    normalisation: { scale: normalisation.scale, offset: normalisation.offset },
    quantizer: {
      steps,
      ...(offsets === undefined ? {} : { offsets }),
      ...(multipliers === undefined ? {} : { multipliers }),
    },
    tables: tables.sha256,
    ...(context === undefined ? {} : { context: context.sha256 }),
  };
}
