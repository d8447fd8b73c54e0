import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { writeFileAtomic } from '@convae/runtime/node';
import { readIfThere } from '../files/read.js';
import { jsonText } from '../files/write-files.js';
import { currentName } from '../model/spec.js';
import type { ComputeSettings } from '../setup/index.js';

/** The files of a run. */
export interface RunPaths {
  readonly folder: string;
  readonly settings: string;
  readonly epochs: string;
  readonly last: string;
  readonly best: string;
  readonly bundle: string;
}

/** Where the files of a run in `folder` are. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    settings: join(folder, 'run.json'),
    epochs: join(folder, 'epochs.jsonl'),
    last: join(folder, 'checkpoints', 'last.json'),
    best: join(folder, 'checkpoints', 'best.json'),
    bundle: join(folder, 'bundle'),
  };
}

/** What run.json records: enough to train, export and evaluate the run again. */
export interface RunSettings {
  readonly format: 'convae-run';
  readonly version: 1;
  readonly createdBy: string;
  /** The command line that started the run. */
  readonly command: string;
  /** Threads and kernels of TensorFlow, as environment variables: a resumed run keeps them. */
  readonly computing?: ComputeSettings;
  /** Everything that decides the weights, flat, for comparison on resume. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Read run.json; undefined where there is none. */
export async function readRunSettings(paths: RunPaths): Promise<RunSettings | undefined> {
  const bytes = await readIfThere(paths.settings);
  if (bytes === undefined) return undefined;
  try {
    const parsed = JSON.parse(bytes.toString(), withCurrentName) as RunSettings;
    if (parsed.format === 'convae-run' && parsed.version === 1 && typeof parsed.settings === 'object')
      return parsed;
  } catch {
    // Told below, like every other unusable content.
  }
  throw new ConvaeError(
    'DATA_INVALID',
    `expected a convae-run of version 1 in ${paths.settings}, found something else`,
  );
}

/** The architecture is all that has a name in run.json. */
const withCurrentName = (key: string, value: unknown): unknown =>
  key === 'name' && typeof value === 'string' ? currentName(value) : value;

/** Create the run folder and write run.json. */
export async function writeRunSettings(paths: RunPaths, settings: RunSettings): Promise<void> {
  await mkdir(join(paths.folder, 'checkpoints'), { recursive: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new ConvaeError('WRITE_FAILED', `cannot create the folder ${paths.folder}: ${cause.message}`, {
        cause,
      });
    },
  );
  await writeFileAtomic(paths.settings, jsonText(settings));
}

/**
 * Remove what an earlier run left in the folder, and nothing else.
 *
 * @param further names of files that are written about a run after its training
 */
export async function clearRun(paths: RunPaths, further: readonly string[]): Promise<void> {
  const files = further.map((name) => join(paths.folder, name));
  // run.json last: where removing is interrupted, the folder is still known to hold a run.
  const own = [...files, join(paths.folder, 'checkpoints'), paths.bundle, paths.epochs, paths.settings];
  for (const path of own) await rm(path, { recursive: true, force: true });
}

/** Write epochs.jsonl anew: one JSON object a line. */
export async function writeHistory(paths: RunPaths, history: readonly object[]): Promise<void> {
  await writeFileAtomic(paths.epochs, history.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
