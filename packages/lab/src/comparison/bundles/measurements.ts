import { CONTAINER_VERSION, type ImageBatch, loadCodec, type Prior } from '@convae/runtime';
import { qualityCount } from '@convae/runtime/core';
import { measureRate } from '@convae/train/kit';
import type { Measurement, Plan } from '../measurement.js';
import type { Figures, Method } from '../result.js';
import { type BundleFolder, isReference } from './find.js';

/** Rough seconds for 10,000 images of 28×28, encoded and decoded, alone too, with each prior. */
const COST = { factorized: 8, context: 25 } as const;

/** The data set that a bundle says it was trained on. */
function trainedOn({ manifest }: BundleFolder): string {
  const { dataset } = manifest.training;
  return typeof dataset === 'string' ? dataset : 'unknown data';
}

function labelOf(bundle: BundleFolder, prior: Prior, dataset: string): string {
  const foreign = trainedOn(bundle) === dataset ? '' : ` (trained on ${trainedOn(bundle)})`;
  if (isReference(bundle)) return `reference autoencoder, quantized after training${foreign}`;
  return `convae ${bundle.name}, ${prior} prior${foreign}`;
}

function methodOf(bundle: BundleFolder, prior: Prior, dataset: string): Method {
  const { latent } = bundle.manifest;
  return {
    id: `${bundle.name}-${bundle.sha256.slice(0, 8)}-${prior}`,
    label: labelOf(bundle, prior, dataset),
    family: isReference(bundle) ? 'reference' : 'convae',
    lossless: false,
    details: `latent ${latent.channels}×${latent.height}×${latent.width}, ${prior} prior`,
    prior,
  };
}

async function measure(
  { folder, bytes }: BundleFolder,
  images: ImageBatch,
  quality: number,
  prior: Prior,
): Promise<Figures> {
  const codec = await loadCodec(folder);
  try {
    const rate = await measureRate(codec, images, { quality, prior });
    return {
      images: images.count,
      bytesPerImage: rate.containerBytesPerImage,
      streamBytesPerImage: rate.streamBytesPerImage,
      modelBytes: bytes,
      mse: rate.mse,
      psnr: rate.psnr,
      ssim: rate.ssim,
    };
  } finally {
    await codec.dispose();
  }
}

/** Every quality of the bundles, with every prior that they have. */
export function planBundles(bundles: readonly BundleFolder[], images: ImageBatch, dataset: string): Plan {
  const scale = images.data.length / 7.84e6;
  const { major, minor } = CONTAINER_VERSION;
  const measurements = bundles.flatMap((bundle) => {
    const priors: Prior[] =
      bundle.manifest.context === undefined ? ['factorized'] : ['factorized', 'context'];
    const { quantizer } = bundle.manifest;
    const qualities = Array.from({ length: quantizer ? qualityCount(quantizer) : 0 });
    return priors.flatMap((prior) =>
      qualities.map(
        (_, quality): Measurement => ({
          method: methodOf(bundle, prior, dataset),
          setting: `quality ${quality}`,
          key: { bundle: bundle.sha256, container: `${major}.${minor}`, quality, prior },
          cost: COST[prior] * scale + 0.2,
          measure: () => measure(bundle, images, quality, prior),
        }),
      ),
    );
  });
  return { measurements, skipped: [] };
}
