import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { computeSettings, type ResumedRun } from './launch-environment.js';

/** Folder of a run where the command line names none. */
const DEFAULT_FOLDER = 'runs/latest';

/** Largest run.json that is looked into, bytes: it holds some kB. */
const MAX_BYTES = 1 << 20;

/** The part of run.json that is looked at. */
interface Recorded {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly computing?: Readonly<Record<string, unknown>>;
}

/** The folder that `--out DIR` or `--out=DIR` names, of the last one, as in the command line parser. */
function folderOf(argv: readonly string[]): string {
  let folder = DEFAULT_FOLDER;
  for (const [index, argument] of argv.entries()) {
    if (argument === '--out') folder = argv[index + 1] ?? folder;
    else if (argument.startsWith('--out=')) folder = argument.slice('--out='.length);
  }
  return folder;
}

/**
 * What run.json of the `--out` folder records, where the command line has `--resume`. A file that is missing or
 * unusable gives undefined: the command itself will say so.
 */
export function resumedRun(argv: readonly string[]): ResumedRun | undefined {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  if (!flags.includes('--resume')) return undefined;
  try {
    return recordedIn(join(folderOf(flags), 'run.json'));
  } catch {
    return undefined;
  }
}

function recordedIn(path: string): ResumedRun | undefined {
  if (statSync(path).size > MAX_BYTES) return undefined;
  const { settings, computing } = JSON.parse(readFileSync(path, 'utf8')) as Recorded;
  const { batch, rate } = settings;
  return {
    ...(typeof batch === 'number' && batch > 0 ? { batch } : {}),
    rate: typeof rate === 'object' && rate !== null,
    ...(computing === undefined ? {} : { computing: computeSettings(textsOf(computing)) }),
  };
}

/** What is no text is left out: these values become environment variables. */
function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
