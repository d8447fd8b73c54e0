import { resolve } from 'node:path';
import { type ImageHeader, readImageHeaders } from './image-file.js';
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
  readonly channels: number;
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
  const channels = options.channels ?? (read.some(({ colour }) => colour) ? 3 : 1);
  const classes = classesOf(listed, !('all' in layout));
  return { folder, name: nameOfPath(folder), source, parts, classes, headers, channels };
}
