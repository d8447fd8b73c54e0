import { ConvaeError, type ImageBatch, type PlainData } from '@convae/runtime';
import { inBatches, planSample, selectImages } from '@convae/train/kit';
import { errorsOf, joinPlans, type Measurement, type Plan } from '../measurement.js';
import { fromMosaic, mosaicCapacity, type Picture, toMosaic } from '../mosaic/mosaic.js';
import type { Figures, Method } from '../result.js';
import { skippedBy } from '../skip.js';
import type { CodecEntry, PictureCodec } from './picture-codec.js';

/** Seed of the images that are coded one by one where not all are. */
const SAMPLE_SEED = 1;

/** Rough pixels of the data that costs are stated for. */
const COST_PIXELS = 2800 * 2800;

type Layout = 'mosaic' | 'file';

/** Cut into pictures, and put together again. */
interface Cutting {
  readonly pictures: Iterable<{ readonly picture: Picture; readonly first: number; readonly count: number }>;
  readonly total: number;
  readonly images: (picture: Picture, count: number) => ImageBatch;
}

function asFile(images: ImageBatch): Picture {
  const { data, height, width, channels } = images;
  return { data, height, width, channels };
}

function cut(images: ImageBatch, layout: Layout): Cutting {
  const each = layout === 'file' ? 1 : mosaicCapacity(images);
  const total = Math.ceil(images.count / each);
  function* pictures() {
    let first = 0;
    for (const part of inBatches(images, each)) {
      yield { first, count: part.count, picture: layout === 'file' ? asFile(part) : toMosaic(part) };
      first += part.count;
    }
  }
  const shape = (count: number) => ({ ...images, count });
  const together = (picture: Picture, count: number): ImageBatch =>
    layout === 'file' ? { ...picture, count } : fromMosaic(picture, shape(count));
  return { pictures: pictures(), total, images: together };
}

function requireSameShape({ name }: PictureCodec, picture: Picture, back: Picture): void {
  const text = ({ height, width, channels }: Picture): string => `${height}×${width}×${channels}`;
  if (text(back) === text(picture)) return;
  throw new ConvaeError('RUN_FAILED', `${name} made ${text(back)} of a picture of ${text(picture)}`);
}

/**
 * Encodes and decodes the images, as they are cut, at one quality.
 * @throws ConvaeError RUN_FAILED where a picture comes back in another shape, or changed by a lossless codec.
 */
export async function measurePictures(
  codec: PictureCodec,
  images: ImageBatch,
  options: { layout: Layout; quality: number; onProgress?: (share: number) => void },
): Promise<Figures> {
  const { layout, quality, onProgress } = options;
  const cutting = cut(images, layout);
  const decoded = new Uint8Array(images.count * images.height * images.width * images.channels);
  let bytes = 0;
  let done = 0;
  for (const { picture, first, count } of cutting.pictures) {
    const coded = await codec.encode(picture, quality);
    bytes += coded.length;
    const back = await codec.decode(coded, images.channels);
    requireSameShape(codec, picture, back);
    decoded.set(cutting.images(back, count).data, (first * decoded.length) / images.count);
    onProgress?.(++done / cutting.total);
  }
  const errors = errorsOf(images, { ...images, data: decoded });
  if (codec.lossless && errors.mse !== 0)
    throw new ConvaeError('RUN_FAILED', `${codec.name} did not give back every pixel`);
  return { bytesPerImage: bytes / images.count, ...errors };
}

function methodOf(codec: PictureCodec, layout: Layout, images: number, of: number): Method {
  const sample = images < of ? `; a seeded sample of ${images.toLocaleString('en')} images` : '';
  return {
    id: `${codec.name.toLowerCase().replaceAll(' ', '-')}-${layout}`,
    label: `${codec.name}, ${layout === 'file' ? 'one file each' : 'one mosaic'}`,
    family: layout,
    lossless: codec.lossless,
    details: `${codec.version}; ${codec.settings}${sample}`,
  };
}

function sampleOf(images: ImageBatch, most: number): ImageBatch {
  return selectImages(
    images,
    planSample(images.count, Number.isFinite(most) ? most : undefined, SAMPLE_SEED),
  );
}

function measurementsOf(codec: PictureCodec, images: ImageBatch, layout: Layout): Measurement[] {
  const used = layout === 'file' ? sampleOf(images, codec.maxFiles) : images;
  const method = methodOf(codec, layout, used.count, images.count);
  const scale = (used.count * used.height * used.width) / COST_PIXELS;
  const cost = layout === 'file' ? codec.cost.file * used.count : codec.cost.mosaic * scale;
  const { name, version, settings } = codec;
  return codec.qualities[layout].map((quality) => ({
    method,
    setting: codec.lossless ? 'lossless' : `quality ${quality}`,
    key: { codec: name, version, settings, layout, quality, images: used.count } satisfies PlainData,
    cost: cost + 1,
    measure: (onProgress) => measurePictures(codec, used, { layout, quality, onProgress }),
  }));
}

/** Every setting of the codecs that run here, for mosaics and for single files. */
export async function planPictures(images: ImageBatch, entries: readonly CodecEntry[]): Promise<Plan> {
  const plans = await Promise.all(
    entries.map(async ({ label, load }): Promise<Plan> => {
      try {
        const codec = await load();
        if (images.channels === 4 && codec.opaque)
          throw new ConvaeError('UNSUPPORTED', 'it has no transparency');
        const layouts = ['mosaic', 'file'] as const;
        return {
          measurements: layouts.flatMap((layout) => measurementsOf(codec, images, layout)),
          skipped: [],
        };
      } catch (error) {
        return { measurements: [], skipped: [skippedBy(label, error)] };
      }
    }),
  );
  return joinPlans(plans);
}
