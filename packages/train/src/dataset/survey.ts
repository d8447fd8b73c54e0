import type { ImageChannels } from '@convae/runtime/core';
import { findImages } from './found-images.js';
import { openDataset, parseSource } from './open-dataset.js';
import { checkOptions, type OpenDatasetOptions, type Size } from './options.js';
import { countSizes, planTargetSize, type SizeCount } from './target-size.js';

/** What the images of a source are, before a network is chosen for them. */
export interface ImageSurvey {
  /** The sizes of the images, the most frequent first; one where options bring all to one. */
  readonly sizes: readonly SizeCount[];
  readonly channels: ImageChannels;
  /** Files or images to train on. */
  readonly training: number;
  /** Whether crops can be taken: of image files they can. */
  readonly canCrop: boolean;
}

/** The one size that options bring all images to, where they do. */
function fittedSize(found: readonly SizeCount[], { size, fit, crop }: OpenDatasetOptions): Size | undefined {
  if (crop !== undefined) return { height: crop, width: crop };
  return size ?? (fit === undefined ? undefined : planTargetSize(found, { fit }));
}

/**
 * Looks at the images of a source: of image files at the headers, and at pixels for transparency alone.
 * @throws as `openDataset`.
 */
export async function surveyImages(source: string, options: OpenDatasetOptions = {}): Promise<ImageSurvey> {
  checkOptions(options);
  const { kind, path } = parseSource(source);
  if (kind !== 'images') {
    const { train } = await openDataset(source, options);
    const sizes = countSizes([{ height: train.height, width: train.width, count: train.count }]);
    return { sizes, channels: train.channels as ImageChannels, training: train.count, canCrop: false };
  }
  const { headers, channels, parts } = await findImages(path, source, options);
  const found = countSizes(headers.values());
  const fitted = fittedSize(found, options);
  const sizes = fitted === undefined ? found : [{ ...fitted, count: headers.size }];
  return { sizes, channels, training: parts.train.length, canCrop: fitted === undefined };
}
