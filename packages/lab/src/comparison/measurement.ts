import { ConvaeError, type ImageBatch, type PlainData } from '@convae/runtime';
import { ErrorSum } from './errors.js';
import type { Figures, Method, Skipped } from './result.js';

/** One setting of one method, ready to be measured. */
export interface Measurement {
  readonly method: Method;
  /** The setting in words: `quality 40`. */
  readonly setting: string;
  /** One of several ways to use a codec. */
  readonly variant?: string | undefined;
  /** True: one of many settings of its variant, coarse to fine, of which only some are needed. */
  readonly isRung: boolean;
  /** All that the figures depend on besides the images: names the result in the cache. */
  readonly key: PlainData;
  /** Rough seconds on one core, for the remaining time that is shown. */
  readonly cost: number;
  /** @param onProgress hears the share done, 0..1, where it takes long. */
  readonly measure: (onProgress: (share: number) => void) => Promise<Figures>;
}

/** What a part of the comparison wants measured, and what it cannot. */
export interface Plan {
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly Skipped[];
}

export const joinPlans = (plans: readonly Plan[]): Plan => ({
  measurements: plans.flatMap(({ measurements }) => measurements),
  skipped: plans.flatMap(({ skipped }) => skipped),
});

/** Something that makes bytes of images, and images of bytes. */
export interface ImageCoder {
  readonly name: string;
  /** Whether every pixel must come back. */
  readonly lossless: boolean;
  readonly encode: (images: ImageBatch) => Promise<Uint8Array>;
  /** @param like the images that the bytes were made of, for their shape. */
  readonly decode: (bytes: Uint8Array, like: ImageBatch) => Promise<ImageBatch>;
}

/** Images that are coded part by part, each part into bytes of its own. */
export interface Parts {
  readonly count: number;
  readonly read: (index: number) => Promise<ImageBatch>;
}

/**
 * Encodes and decodes images part by part.
 * @throws ConvaeError RUN_FAILED where a lossless coder changed pixels; RangeError where images come back in another
 * shape; whatever the coder throws.
 */
export async function measureParts(
  coder: ImageCoder,
  parts: Parts,
  onProgress: (share: number) => void,
): Promise<Figures> {
  const sum = new ErrorSum();
  let bytes = 0;
  for (let i = 0; i < parts.count; i++) {
    const images = await parts.read(i);
    const coded = await coder.encode(images);
    bytes += coded.length;
    sum.add(images, await coder.decode(coded, images));
    onProgress((i + 1) / parts.count);
  }
  const { errors } = sum;
  if (coder.lossless && errors.mse !== 0)
    throw new ConvaeError('RUN_FAILED', `${coder.name} did not give back every pixel`);
  return { bytesPerImage: bytes / errors.images, ...errors };
}
