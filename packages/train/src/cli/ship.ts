import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import {
  COMPARISON_FILE,
  findComparison,
  LOSS_FILE,
  METRICS_FILE,
  modelCard,
  parseMetrics,
} from '../evaluation/index.js';
import { writeBundleFolder } from '../export/index.js';
import { runPaths } from '../training/run-folder.js';

async function readRun(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ConvaeError('NOT_FOUND', `expected an evaluated run with ${path}: ${cause.message}`, { cause });
  });
}

function parseJson(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConvaeError('DATA_INVALID', `${join(folder, METRICS_FILE)} is not JSON`, { cause });
  }
}

/** The run's pictures, as far as it has them: there is no loss curve without a training log. */
async function readPictures(folder: string): Promise<Record<string, Uint8Array>> {
  const pictures: Record<string, Uint8Array> = {};
  for (const name of [COMPARISON_FILE, LOSS_FILE]) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes !== undefined) pictures[name] = bytes;
  }
  return pictures;
}

/** Copy a run's bundle, with a model card out of its metrics.json, into a folder that can be shipped. */
export async function shipCommand(folder: string, { output }: { output: string }): Promise<void> {
  const { bundle } = runPaths(folder);
  const text = new TextDecoder().decode(await readRun(join(folder, METRICS_FILE)));
  const metrics = parseMetrics(parseJson(text, folder));
  const files = Object.fromEntries(
    await Promise.all(
      metrics.bundle.files.map(async ({ file }) => [file, await readRun(join(bundle, file))] as const),
    ),
  );
  const pictures = await readPictures(folder);
  const comparison = await findComparison(resolve(folder), metrics.dataset);
  const extras = { pictures: Object.keys(pictures), comparison };
  const card = new TextEncoder().encode(modelCard(metrics, basename(resolve(output)), extras));
  await writeBundleFolder(resolve(output), { ...files, ...pictures, 'README.md': card });
  console.log(`${output}: bundle and model card (README.md)`);
}
