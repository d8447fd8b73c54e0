import type { PlainData } from '../bitstream/index.js';
import { isLossless, type LosslessManifest, type Manifest } from './manifest.js';

/**
 * What decoding a bitstream depends on (FORMAT.md, "Identity"): its hash names the bundle in containers.
 * Undefined where the bundle has no quantizer or no tables, and so codes nothing.
 */
export function bundleIdentity(manifest: Manifest | LosslessManifest): PlainData | undefined {
  if (isLossless(manifest)) return losslessIdentity(manifest);
  const { decoder, image, latent, normalisation, quantizer, tables, context } = manifest;
  if (quantizer === undefined || tables === undefined) return undefined;
  const { steps, offsets, multipliers } = quantizer;
  return {
    decoder: decoder.sha256,
    image: imageIdentity(image),
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

const losslessIdentity = ({ kind, image, context }: LosslessManifest): PlainData => ({
  kind,
  image: imageIdentity(image),
  context: context.sha256,
});

/** The fields of `image` that decoding depends on: no others that a newer minor may add. */
const imageIdentity = ({ channels, height, width, anySize, multiple }: Manifest['image']): PlainData => ({
  channels,
  height,
  width,
  anySize,
  multiple,
});
