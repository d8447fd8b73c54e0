import type { ImageBatch } from '@convae/runtime';

/** Images with an optional class per image. */
export interface LabelledImages extends ImageBatch {
  /** uint8, length count, one class number per image. */
  readonly labels?: Uint8Array;
}

/** Whole pictures, each of its own size, that are read when they are asked for. */
export interface Pictures {
  readonly count: number;
  /** Path of each picture from the folder of the set, with `/`. */
  readonly names: readonly string[];
  /**
   * One picture, decoded anew at every call: uint8, 1×H×W×C, 0..255, C that of the data set.
   * @throws TypeError or RangeError for an index that is not in 0..count−1; ConvaeError DATA_INVALID naming the file.
   */
  read(index: number): Promise<ImageBatch>;
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
  /**
   * Where the set was opened with crops: the whole test pictures, those of validation where `testIsValidation`, also
   * those that are too small for a crop. Opening them reads no pixels.
   */
  readonly testPictures?: () => Promise<Pictures>;
  /** Where the set was opened with crops: the whole validation pictures. */
  readonly validationPictures?: () => Promise<Pictures>;
  /** Where the set was opened with crops: pictures that training crops come from; pictures too small for a crop. */
  readonly crops?: { readonly pictures: number; readonly leftOut: number };
  /** The name of each class number, where the source names its classes (sub-folders of an image folder). */
  readonly classNames?: readonly string[];
}

/** How far the reading of an image folder has come: first the headers (sizes), then the pixels. */
export interface ReadProgress {
  readonly step: 'sizes' | 'pixels';
  readonly done: number;
  readonly total: number;
}
