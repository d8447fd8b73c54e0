import { resolve } from 'node:path';
import type { ImageChannels } from '@convae/runtime/core';
import { anyTransparent, type ImageHeader, readImageHeaders } from './image-file.js';
import { type Classes, classesOf, layOut, listImages } from './image-folder.js';
import { type Parts, partsOf } from './image-parts.js';
import { nameOfPath, type OpenDatasetOptions } from './options.js';

/** A folder of images as it was found: no pixels are read yet. */
export interface FoundImages {
  readonly folder: string;
  readonly name: string;
  readonly source: string;
  readonly parts: Parts;
  readonly classes: Classes | undefined;
  /** What the header of each file says. */
  readonly headers: ReadonlyMap<string, ImageHeader>;
  readonly channels: ImageChannels;
}

/** Pixels of the first `looked` files alone tell of transparency: those of test images are not looked at. */
async function channelsOf(
  folder: string,
  files: readonly string[],
  headers: readonly ImageHeader[],
  looked: number,
): Promise<ImageChannels> {
  const withAlpha = files.slice(0, looked).filter((_, i) => headers[i]!.alpha);
  if (await anyTransparent(folder, withAlpha)) return 4;
  return headers.some((header) => header.colour) ? 3 : 1;
}

/** Lists, sorts into parts, and reads the headers, those of test images too. */
export async function findImages(
  path: string,
  source: string,
  options: OpenDatasetOptions,
): Promise<FoundImages> {
  const folder = resolve(path);
  const listed = await listImages(folder);
  const layout = layOut(listed, folder);
  const parts = partsOf(layout, path, options);
  const files = [...parts.train, ...parts.validation, ...(parts.test ?? [])];
  const read = await readImageHeaders({ folder, files, onProgress: options.onProgress });
  const headers = new Map(files.map((file, i) => [file, read[i]!]));
  const looked = parts.train.length + parts.validation.length;
  const channels = options.channels ?? (await channelsOf(folder, files, read, looked));
  const classes = classesOf(listed, !('all' in layout));
  return { folder, name: nameOfPath(folder), source, parts, classes, headers, channels };
}
