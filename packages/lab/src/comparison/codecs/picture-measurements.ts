import { ConvaeError, type ImageBatch, type PlainData, sliceBatch } from '@convae/runtime';
import {
  type ImageCoder,
  joinPlans,
  type Measurement,
  measureParts,
  type Parts,
  type Plan,
} from '../measurement.js';
import { fromMosaic, mosaicCapacity, type Picture, toMosaic } from '../mosaic/mosaic.js';
import type { Figures, Method, Use } from '../result.js';
import { type Samples, usesOf } from '../samples.js';
import { skippedBy } from '../skip.js';
import type { CodecEntry, PictureCodec, Variant } from './picture-codec.js';

function requireSameShape({ name }: PictureCodec, expected: Picture, back: Picture): void {
  const text = ({ height, width, channels }: Picture): string => `${height}×${width}×${channels}`;
  if (text(back) === text(expected)) return;
  throw new ConvaeError('RUN_FAILED', `${name} made ${text(back)} of a picture of ${text(expected)}`);
}

/** How images become the picture that a codec is given, and one again. */
const CUTTINGS: Readonly<
  Record<
    Use,
    { to: (images: ImageBatch) => Picture; from: (picture: Picture, like: ImageBatch) => ImageBatch }
  >
> = {
  single: { to: (images) => images, from: (picture) => ({ ...picture, count: 1 }) },
  together: { to: toMosaic, from: fromMosaic },
};

/** One quality of a variant as a coder of images: of a file for each, or of mosaics. */
function coderOf(codec: PictureCodec, { encode }: Variant, quality: number, use: Use): ImageCoder {
  const { to, from } = CUTTINGS[use];
  return {
    name: codec.name,
    lossless: codec.lossless,
    encode: (images) => encode(to(images), quality),
    decode: async (bytes, like) => {
      const back = await codec.decode(bytes, like.channels);
      requireSameShape(codec, to(like), back);
      return from(back, like);
    },
  };
}

/** Images in parts that fit into a mosaic. */
function mosaicParts(images: ImageBatch): Parts {
  const each = mosaicCapacity(images);
  return {
    count: Math.ceil(images.count / each),
    read: async (i) => sliceBatch(images, i * each, Math.min(images.count, (i + 1) * each)),
  };
}

/** What a setting of a codec is measured with. */
export interface PictureSetting {
  readonly codec: PictureCodec;
  readonly variant: Variant;
  readonly quality: number;
  readonly use: Use;
}

/**
 * Encodes and decodes the images of a use at one quality.
 * @throws ConvaeError RUN_FAILED where a picture comes back in another shape, or changed by a lossless codec.
 */
export function measurePictures(
  { codec, variant, quality, use }: PictureSetting,
  { pictures, batches }: Pick<Samples, 'pictures' | 'batches'>,
  onProgress: (share: number) => void = () => {},
): Promise<Figures> {
  const parts = use === 'single' ? pictures : mosaicParts(batches!.together);
  return measureParts(coderOf(codec, variant, quality, use), parts, onProgress);
}

function methodOf(codec: PictureCodec, use: Use): Method {
  return {
    id: `${codec.name.toLowerCase().replaceAll(' ', '-')}-${use}`,
    label: `${codec.name}, ${use === 'single' ? 'one file each' : 'one mosaic'}`,
    family: 'codec',
    use,
    lossless: codec.lossless,
    details: `${codec.version}; ${codec.settings}`,
  };
}

function settingOf({ codec, variant, quality }: PictureSetting): string {
  if (codec.lossless) return 'lossless';
  return [`quality ${quality}`, variant.name].filter(Boolean).join(', ');
}

function measurementOf(setting: PictureSetting, samples: Samples): Measurement {
  const { codec, variant, quality, use } = setting;
  const { name, version, settings, cost } = codec;
  const { images, pixels } = samples.facts[use]!;
  const seconds = (use === 'single' ? cost.file * images : 0) + (cost.megapixel * pixels) / 1e6;
  return {
    method: methodOf(codec, use),
    setting: settingOf(setting),
    variant: variant.name || undefined,
    isRung: true,
    key: { codec: name, version, settings, variant: variant.name, use, quality } satisfies PlainData,
    cost: seconds + 0.1,
    measure: (onProgress) => measurePictures(setting, samples, onProgress),
  };
}

function measurementsOf(codec: PictureCodec, samples: Samples): Measurement[] {
  return usesOf(samples).flatMap((use) =>
    codec
      .variants(samples.channels)
      .flatMap((variant) =>
        variant.qualities.map((quality) => measurementOf({ codec, variant, quality, use }, samples)),
      ),
  );
}

/** Every setting of the codecs that run here, for single files and, where images are of one size, for mosaics. */
export async function planPictures(samples: Samples, entries: readonly CodecEntry[]): Promise<Plan> {
  const plans = await Promise.all(
    entries.map(async ({ label, load }): Promise<Plan> => {
      try {
        return { measurements: measurementsOf(await load(samples.channels), samples), skipped: [] };
      } catch (error) {
        return { measurements: [], skipped: [skippedBy(label, error)] };
      }
    }),
  );
  return joinPlans(plans);
}
