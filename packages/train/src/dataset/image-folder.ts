import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { cannotRead } from '../files/read.js';
import { MAX_CLASSES, MAX_FOLDER_DEPTH, MAX_IMAGES } from './limits.js';

/** The parts of a folder that has a sub-folder for each, or all of its images in one list. */
export type FolderLayout =
  | { readonly all: readonly string[] }
  | {
      readonly train: readonly string[];
      readonly validation: readonly string[] | undefined;
      readonly test: readonly string[] | undefined;
    };

type Part = 'train' | 'validation' | 'test';

const IMAGE_NAME = /\.(?:png|jpe?g|webp)$/i;
const PART_FOLDERS: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  test: 'test',
  testing: 'test',
};

async function walk(root: string, below: string, seen: ReadonlySet<string>, found: string[]): Promise<void> {
  const folder = join(root, below);
  const real = await realpath(folder);
  // A link back to a folder above would never end.
  if (seen.has(real)) return;
  if (seen.size >= MAX_FOLDER_DEPTH)
    throw new ConvaeError('LIMIT_EXCEEDED', `${folder}: nested deeper than ${MAX_FOLDER_DEPTH} folders`);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? await stat(join(root, path)).catch(() => entry) : entry;
    if (kind.isDirectory()) await walk(root, path, new Set([...seen, real]), found);
    else if (IMAGE_NAME.test(entry.name)) found.push(path);
    if (found.length > MAX_IMAGES)
      throw new ConvaeError('LIMIT_EXCEEDED', `${root}: more than ${MAX_IMAGES} images`);
  }
}

/**
 * The PNG, JPEG and WebP files (by name) below a folder: paths from it with `/`, in code-unit order, so the same on
 * every machine. Names that begin with a dot are passed over.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, or DATA_INVALID where there are none.
 */
export async function listImages(folder: string): Promise<string[]> {
  const found: string[] = [];
  await walk(folder, '', new Set(), found).catch((cause: Error) => {
    throw cause instanceof ConvaeError ? cause : cannotRead(folder)(cause);
  });
  if (found.length === 0)
    throw new ConvaeError(
      'DATA_INVALID',
      `${folder}: no images (.png, .jpg, .jpeg, .webp) in it or below it`,
    );
  return found.sort();
}

const topOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
const partOf = (file: string): Part | undefined => {
  const top = topOf(file).toLowerCase();
  return Object.hasOwn(PART_FOLDERS, top) ? PART_FOLDERS[top] : undefined;
};

/**
 * Sorts the files of a folder into train, validation and test, where there are sub-folders of these names.
 * @throws ConvaeError DATA_INVALID where such sub-folders stand beside other images, or train is missing.
 */
export function layOut(files: readonly string[], folder: string): FolderLayout {
  const byPart = new Map<Part | undefined, string[]>();
  for (const file of files) {
    const part = partOf(file);
    const same = byPart.get(part);
    if (same) same.push(file);
    else byPart.set(part, [file]);
  }
  if (byPart.size === 1 && byPart.has(undefined)) return { all: files };
  const stray = byPart.get(undefined)?.[0];
  if (stray !== undefined)
    throw new ConvaeError(
      'DATA_INVALID',
      `${folder}: ${stray} lies beside the folders ${[...byPart.keys()].filter(Boolean).join(', ')}: ` +
        'put all images into train/, validation/ and test/, or none',
    );
  const train = byPart.get('train');
  if (!train)
    throw new ConvaeError('DATA_INVALID', `${folder}: has ${[...byPart.keys()].join(' and ')}, but no train`);
  return { train, validation: byPart.get('validation'), test: byPart.get('test') };
}

/** The class of an image: the sub-folder that it lies in, after train, validation or test. */
function classOf(file: string, split: boolean): string {
  return topOf(split ? file.slice(file.indexOf('/') + 1) : file);
}

/** Class numbers of image files, and the name of each number. */
export interface Classes {
  readonly names: readonly string[];
  readonly labelOf: (file: string) => number;
}

/** Names that are numbers 0..255 (digits) stand for themselves. */
function numbersOf(names: readonly string[]): Map<string, number> | undefined {
  const numbers = new Map(names.map((name) => [name, Number(name)]));
  const plain = names.every((name) => /^\d{1,3}$/.test(name) && Number(name) < MAX_CLASSES);
  return plain && new Set(numbers.values()).size === names.length ? numbers : undefined;
}

/**
 * The classes of a folder: its sub-folders' names, sorted, or their own number where all are 0..255.
 * Undefined unless every image lies in one of 2..256 sub-folders.
 */
export function classesOf(files: readonly string[], split: boolean): Classes | undefined {
  const folders = [...new Set(files.map((file) => classOf(file, split)))].sort();
  if (folders.includes('') || folders.length < 2 || folders.length > MAX_CLASSES) return undefined;
  const numbers = numbersOf(folders) ?? new Map(folders.map((name, i) => [name, i]));
  const names = Array.from({ length: Math.max(...numbers.values()) + 1 }, (_, i) => String(i));
  for (const [name, number] of numbers) names[number] = name;
  return { names, labelOf: (file) => numbers.get(classOf(file, split))! };
}
