import type { ImageBatch } from '@convae/runtime';

/** Images with an optional class per image. */
export interface LabelledImages extends ImageBatch {
  /** uint8, length count, one class number per image. */
  readonly labels?: Uint8Array;
}

/** A data set, split. Only evaluation calls `loadTest`: test images never train or tune anything. */
export interface Dataset {
  /** Short name for file names and reports: `mnist`, the folder's name. */
  readonly name: string;
  /** The specification it was opened from: `mnist`, `idx:DIR`, `images:DIR`. */
  readonly source: string;
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  /** The test images, or the validation images where the source has no test part (`testIsValidation`). */
  readonly loadTest: () => Promise<LabelledImages>;
  readonly testIsValidation: boolean;
  /** The name of each class number, where the source names its classes (sub-folders of an image folder). */
  readonly classNames?: readonly string[];
}

/** How far the reading of an image folder has come: first the headers (sizes), then the pixels. */
export interface ReadProgress {
  readonly step: 'sizes' | 'pixels';
  readonly done: number;
  readonly total: number;
}
