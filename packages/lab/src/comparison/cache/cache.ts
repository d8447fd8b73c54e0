import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type PlainData } from '@convae/runtime';
import { writeFileAtomic } from '@convae/runtime/node';
import { sha256 } from '@convae/train/kit';
import { type Figures, figuresSchema } from '../result.js';

/** Figures that were measured before, a file each, so that a stopped comparison goes on. */
export interface FigureCache {
  /** Undefined where these were not measured, or what is stored cannot be read. */
  readonly get: (key: PlainData) => Promise<Figures | undefined>;
  readonly set: (key: PlainData, figures: Figures) => Promise<void>;
}

/** Names the file of a key. */
export function cacheName(key: PlainData): string {
  return `${sha256(canonicalJson(key)).slice(0, 32)}.json`;
}

async function readEntry(path: string): Promise<{ key?: PlainData; figures?: unknown } | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Not measured yet, or damaged: measured again.
    return undefined;
  }
}

/**
 * Opens the cache in a folder, made where it is missing.
 * @param options.fresh nothing is found that was stored before.
 */
export async function openCache(folder: string, options: { readonly fresh: boolean }): Promise<FigureCache> {
  await mkdir(folder, { recursive: true });
  return {
    get: async (key) => {
      if (options.fresh) return undefined;
      const entry = await readEntry(join(folder, cacheName(key)));
      if (entry?.key === undefined || canonicalJson(entry.key) !== canonicalJson(key)) return undefined;
      return figuresSchema.safeParse(entry.figures).data;
    },
    set: async (key, figures) => {
      const text = `${JSON.stringify({ key, figures }, null, 1)}\n`;
      await writeFileAtomic(join(folder, cacheName(key)), text);
    },
  };
}
