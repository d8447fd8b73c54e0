import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bins = {
  'convae-train': fileURLToPath(new URL('../packages/train/bin/convae-train.js', import.meta.url)),
  convae: fileURLToPath(new URL('../packages/runtime/bin/convae.js', import.meta.url)),
};

/** Start one of the two commands as its own process, as a user would. */
export function start(name: keyof typeof bins, args: readonly string[], cwd?: string): ChildProcess {
  return spawn(process.execPath, [bins[name], ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Wait for a started command. */
export function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (bytes) => {
    stdout += bytes;
  });
  child.stderr!.on('data', (bytes) => {
    stderr += bytes;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Run one of the two commands to its end. */
export const run = (name: keyof typeof bins, args: readonly string[], cwd?: string): Promise<Finished> =>
  finished(start(name, args, cwd));
