import { Readable } from 'node:stream';
import { type Codec, defaultPrior, type ImageBatch, type Prior, sliceBatch } from '@convae/runtime';
import { qualitiesOf } from '@convae/runtime/core';
import { inBatches } from '../dataset/batches.js';
import { mean } from '../figures/averages.js';
import { psnrFromMse } from '../figures/psnr.js';
import { msePerImage } from './metrics/distortion.js';
import { ssimPerImage } from './metrics/ssim.js';
import type { Rate } from './plug-in.js';

/** Images handed to the codec at once. */
const BATCH = 1000;

/** How images are encoded. */
export interface RateOptions {
  readonly quality: number;
  /** The bundle's own choice where left out. */
  readonly prior?: Prior | undefined;
}

async function encodeAll(codec: Codec, images: ImageBatch, options: RateOptions): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
  await codec.encodeContainer(inBatches(images, BATCH), { write }, { ...options, count: images.count });
  return parts;
}

async function decodedErrors(codec: Codec, images: ImageBatch, parts: readonly Uint8Array[]) {
  const mse: number[] = [];
  const ssim: number[] = [];
  const decoded = await codec.decodeContainer(Readable.from(parts));
  for await (const { firstImage, images: output } of decoded.images) {
    const originals = sliceBatch(images, firstImage, firstImage + output.count);
    mse.push(...msePerImage(originals, output));
    ssim.push(...ssimPerImage(originals, output));
  }
  return { mse: mean(mse), ssim: mean(ssim) };
}

async function meanStreamBytes(codec: Codec, images: ImageBatch, options: RateOptions): Promise<number> {
  let bytes = 0;
  for (const batch of inBatches(images, BATCH)) {
    for (const stream of await codec.encodeBatch(batch, options)) bytes += stream.length;
  }
  return bytes / images.count;
}

/** Encodes the images into real bytes, decodes them again and measures both. */
export async function measureRate(codec: Codec, images: ImageBatch, options: RateOptions): Promise<Rate> {
  const parts = await encodeAll(codec, images, options);
  const { mse, ssim } = await decodedErrors(codec, images, parts);
  return {
    quality: options.quality,
    prior: options.prior ?? defaultPrior(codec.manifest),
    containerBytesPerImage: parts.reduce((sum, { length }) => sum + length, 0) / images.count,
    streamBytesPerImage: await meanStreamBytes(codec, images, options),
    mse,
    psnr: psnrFromMse(mse),
    ssim,
  };
}

/** The priors of a bundle, that of its own choice first. */
function priorsOf({ manifest }: Codec): Prior[] {
  const first = defaultPrior(manifest);
  if (manifest.context === undefined) return [first];
  return [first, first === 'context' ? 'factorized' : 'context'];
}

/** {@link measureRate} with every prior and at every quality of the bundle, its default prior first. Empty where the bundle has no entropy tables. */
export async function measureBitstreams(codec: Codec, images: ImageBatch): Promise<Rate[]> {
  const measured: Rate[] = [];
  for (const prior of priorsOf(codec)) {
    for (const quality of qualitiesOf(codec.manifest.quantizer))
      measured.push(await measureRate(codec, images, { quality, prior }));
  }
  return measured;
}
