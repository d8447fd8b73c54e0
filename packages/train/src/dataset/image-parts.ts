import { UsageError } from '@convae/runtime/core';
import type { FolderLayout } from './image-folder.js';
import type { OpenDatasetOptions } from './options.js';
import { PART_FRACTION, planSample, planSplit, requireValidationImages, validationCount } from './split.js';

/** The files of each part; no file is in two. */
export interface Parts {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[] | undefined;
}

const pick = (files: readonly string[], indices: Uint32Array): string[] =>
  Array.from(indices, (i) => files[i]!);

/** No sub-folders for the parts: a tenth is for testing, a tenth (or what was asked for) for validation. */
function splitAll(files: readonly string[], { validation, limit, seed }: OpenDatasetOptions): Parts {
  const test = Math.max(1, Math.round(files.length * PART_FRACTION));
  const count = validationCount(
    validation ?? (files.length > 2 ? PART_FRACTION : undefined),
    files.length,
    test,
  );
  const plan = planSplit(files.length, { validation: count, test, limit, seed });
  return {
    train: pick(files, plan.train),
    validation: pick(files, plan.validation),
    test: pick(files, plan.test),
  };
}

function splitFolders(
  layout: Exclude<FolderLayout, { all: unknown }>,
  path: string,
  { validation, limit, seed }: OpenDatasetOptions,
): Parts {
  const test = layout.test && pick(layout.test, planSample(layout.test.length, limit, seed));
  if (layout.validation) {
    if (validation !== undefined)
      throw new UsageError(
        `expected no number for validation, received ${validation}: ${path} has a folder for it`,
      );
    const train = pick(layout.train, planSample(layout.train.length, limit, seed));
    return { train, validation: layout.validation, test };
  }
  const count = validationCount(validation, layout.train.length);
  if (!test) requireValidationImages(count, path);
  const plan = planSplit(layout.train.length, { validation: count, limit, seed });
  return { train: pick(layout.train, plan.train), validation: pick(layout.train, plan.validation), test };
}

/**
 * Which files train, validate and test: as the folder says, or by a seeded shuffle.
 * @throws UsageError where the options do not fit the folder; ConvaeError DATA_INVALID for too few images.
 */
export function partsOf(layout: FolderLayout, path: string, options: OpenDatasetOptions): Parts {
  return 'all' in layout ? splitAll(layout.all, options) : splitFolders(layout, path, options);
}
