import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of a run where the command line names none. */
const DEFAULT_FOLDER = 'runs/latest';

/** Largest run.json that is looked into, bytes: it holds some kB. */
const MAX_BYTES = 1 << 20;

/** What decides the settings of the process in which a run is gone on with. */
export interface ResumedRun {
  /** Images per step. */
  readonly batch?: number;
  /** Whether it is trained for rate and distortion. */
  readonly rate: boolean;
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
  const { settings } = JSON.parse(readFileSync(path, 'utf8')) as { settings: Record<string, unknown> };
  const { batch, rate } = settings;
  const trainsRate = typeof rate === 'object' && rate !== null;
  return typeof batch === 'number' && batch > 0 ? { batch, rate: trainsRate } : { rate: trainsRate };
}
