import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { END_WITH_LAUNCHER } from '@convae/train/kit';

/** Runs train side by side, so each keeps to one thread. */
const THREADS = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

/** Most of a log that is looked through for what went wrong, characters from its end. */
const MAX_TAIL = 4000;

export interface Command {
  /** The built `cli/main.js`. */
  readonly script: string;
  readonly args: readonly string[];
  /** File for all that it prints, written anew. */
  readonly log: string;
  /** Asks it to end after its current step. */
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  /** The end of what it printed. */
  readonly tail: string;
}

/** Run convae-train in a process of its own, which ends with this one however that ends. */
export async function runCommand({ script, args, log, signal }: Command): Promise<Ended> {
  const file = await open(log, 'w');
  try {
    const child = spawn(process.execPath, ['--import', END_WITH_LAUNCHER, script, ...args], {
      env: { ...process.env, ...THREADS },
      stdio: ['ignore', file.fd, file.fd, 'ipc'],
      // A session of its own: the terminal's Ctrl-C comes only through the signal.
      detached: process.platform !== 'win32',
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }).finally(() => signal.removeEventListener('abort', stop));
    return { code, tail: (await readFile(log, 'utf8')).slice(-MAX_TAIL) };
  } finally {
    await file.close();
  }
}

/** What a failed command said about it: its own message, or its last line. */
export function reasonOf({ code, tail }: Ended): string {
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  const own = lines.findLast((line) => line.startsWith('convae-train: '));
  const text = own?.slice('convae-train: '.length) ?? lines.at(-1)?.trim() ?? 'it printed nothing';
  return code === null ? `ended by a signal; last line: ${text}` : text;
}
