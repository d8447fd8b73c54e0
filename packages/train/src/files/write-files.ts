import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@convae/runtime/node';

/** The name of a file in a folder, and its content. */
export type NamedFile = readonly [name: string, content: Uint8Array | string];

/** Writes files in this order into a folder, made where missing: each appears whole. @throws ConvaeError WRITE_FAILED. */
export async function writeFiles(folder: string, files: readonly NamedFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFileAtomic(join(folder, name), content);
}

/** A value as the text of a JSON file. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
