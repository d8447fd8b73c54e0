// Runs the convae command as a whole process, and lends a folder for its files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CONVAE = join(ROOT, 'packages/runtime/bin/convae.js');
/** Has a process write its processor time (µs) and its largest memory (KiB) when it ends: those of all its threads. */
const METER = `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\nMETER '+JSON.stringify([u.userCPUTime+u.systemCPUTime,u.maxRSS]))})`;

/** What the command printed as JSON, its processor seconds and its seconds by the clock, its largest memory in bytes. */
export function convae(...args) {
  const start = performance.now();
  const run = spawnSync(process.execPath, ['--import', METER, CONVAE, ...args, '--json'], {
    encoding: 'utf8',
  });
  const wall = (performance.now() - start) / 1000;
  if (run.status !== 0) throw new Error(`convae ${args[0]} failed: ${run.stderr}`);
  const [microseconds, kibibytes] = JSON.parse(/METER (.*)$/.exec(run.stderr)[1]);
  return { result: JSON.parse(run.stdout), wall, seconds: microseconds / 1e6, memory: kibibytes * 1024 };
}

/** Seconds by the clock of `convae --version`, or of Node with nothing to do. */
export function startSeconds(...args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed: ${stderr}`);
  return (performance.now() - start) / 1000;
}

/** A folder that is gone when the process ends. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'convae-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  return folder;
}

/** The number of an option. @throws RangeError unless it is whole and at least `least`. */
export function wholeNumber(values, name, least = 1) {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`expected an integer of at least ${least} for --${name}, received ${values[name]}`);
}
