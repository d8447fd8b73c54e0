import { CONTAINER_VERSION, type Codec, type ImageBatch, loadCodec, type Prior } from '@convae/runtime';
import { isLossless, qualitiesOf } from '@convae/runtime/core';
import { measureRate } from '@convae/train/kit';
import { type ImageCoder, type Measurement, measureParts, type Plan } from '../measurement.js';
import type { Figures, Method, Use } from '../result.js';
import { type Samples, usesOf } from '../samples.js';
import { batchPart, containerCoder } from './container-coder.js';
import { type BundleFolder, isReference, trainedOn } from './find.js';

/** Rough seconds for a million values, encoded and decoded, with each prior. */
const COST = { factorized: 1, context: 3, lossless: 6 } as const;

/** One way to use a bundle. */
interface BundleSetting {
  readonly bundle: BundleFolder;
  /** Undefined where the bundle is lossless. */
  readonly prior: Prior | undefined;
  readonly quality: number;
  readonly use: Use;
}

function labelOf({ bundle, prior, use }: BundleSetting, dataset: string): string {
  const foreign = trainedOn(bundle) === dataset ? '' : ` (trained on ${trainedOn(bundle)})`;
  const how = use === 'single' ? 'one stream each' : 'one container';
  if (prior === undefined) return `convae ${bundle.name}, lossless, ${how}${foreign}`;
  if (isReference(bundle)) return `reference autoencoder, quantized after training, ${how}${foreign}`;
  return `convae ${bundle.name}, ${prior} prior, ${how}${foreign}`;
}

function detailsOf({ manifest }: BundleFolder, prior: Prior | undefined): string {
  if (isLossless(manifest)) return 'a context network on pixel values';
  const { channels, height, width } = manifest.latent;
  return `latent ${channels}×${height}×${width}, ${prior} prior`;
}

function methodOf(setting: BundleSetting, dataset: string): Method {
  const { bundle, prior, use } = setting;
  return {
    id: `${bundle.name}-${bundle.sha256.slice(0, 8)}-${prior ?? 'lossless'}-${use}`,
    label: labelOf(setting, dataset),
    family: isReference(bundle) ? 'reference' : 'convae',
    use,
    lossless: prior === undefined,
    details: detailsOf(bundle, prior),
    ...(prior === undefined ? {} : { prior }),
  };
}

type OnProgress = (share: number) => void;

/** A stream of its own for each image, really written and read again. */
function measureStreams(
  codec: Codec,
  { quality, prior }: BundleSetting,
  { pictures }: Samples,
  onProgress: OnProgress,
): Promise<Figures> {
  const coder: ImageCoder = {
    name: codec.manifest.name,
    lossless: prior === undefined,
    encode: (image) => codec.encode(image, prior === undefined ? {} : { quality, prior }),
    decode: (bytes) => codec.decode(bytes),
  };
  return measureParts(coder, pictures, onProgress);
}

async function measureContainer(
  codec: Codec,
  { quality, prior }: BundleSetting,
  together: ImageBatch,
): Promise<Figures> {
  if (prior === undefined) return measureParts(containerCoder(codec), batchPart(together), () => undefined);
  const rate = await measureRate(codec, together, { quality, prior });
  const { containerBytesPerImage: bytesPerImage, mse, psnr, ssim } = rate;
  return { images: together.count, bytesPerImage, mse, psnr, ssim };
}

async function measure(setting: BundleSetting, samples: Samples, onProgress: OnProgress): Promise<Figures> {
  const { folder, bytes: modelBytes } = setting.bundle;
  const codec = await loadCodec(folder);
  try {
    const figures = await (setting.use === 'single'
      ? measureStreams(codec, setting, samples, onProgress)
      : measureContainer(codec, setting, samples.batches!.together));
    return { ...figures, modelBytes };
  } finally {
    await codec.dispose();
  }
}

function settingsOf(bundle: BundleFolder, uses: readonly Use[]): BundleSetting[] {
  const { manifest } = bundle;
  if (isLossless(manifest)) return uses.map((use) => ({ bundle, prior: undefined, quality: 0, use }));
  const { context, quantizer } = manifest;
  const priors: Prior[] = context === undefined ? ['factorized'] : ['factorized', 'context'];
  const qualities = qualitiesOf(quantizer);
  return uses.flatMap((use) =>
    priors.flatMap((prior) => qualities.map((quality) => ({ bundle, prior, quality, use }))),
  );
}

/** Every quality of the bundles, with every prior that they have: streams for each image, and a container of all. */
export function planBundles(bundles: readonly BundleFolder[], samples: Samples, dataset: string): Plan {
  const { major, minor } = CONTAINER_VERSION;
  const measurements = bundles.flatMap((bundle) =>
    settingsOf(bundle, usesOf(samples)).map((setting): Measurement => {
      const { prior, quality, use } = setting;
      const values = samples.facts[use]!.pixels * samples.channels;
      return {
        method: methodOf(setting, dataset),
        setting: prior === undefined ? 'lossless' : `quality ${quality}`,
        isRung: false,
        key: {
          bundle: bundle.sha256,
          container: `${major}.${minor}`,
          quality,
          prior: prior ?? 'lossless',
          use,
        },
        cost: (COST[prior ?? 'lossless'] * values) / 1e6 + 0.2,
        measure: (onProgress) => measure(setting, samples, onProgress),
      };
    }),
  );
  return { measurements, skipped: [] };
}
