import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The packages of other runtimes, and where the package for a platform holds the program; of Node the package is the platform's. */
const PROGRAMS = {
  workerd: { installed: 'workerd', file: 'bin/workerd' },
  deno: { installed: 'deno-npm', file: 'deno' },
  bun: { installed: 'bun-npm', file: 'bin/bun' },
  'Node 22': { installed: 'node-22', file: 'bin/node' },
  'Node 24': { installed: 'node-24', file: 'bin/node' },
} as const;

export type RuntimeName = keyof typeof PROGRAMS;

/** The program of a runtime; undefined where there is none for this platform. */
export function programOf(name: RuntimeName): string | undefined {
  const { installed, file } = PROGRAMS[name];
  const own = folderOf(installed, import.meta.url);
  if (own === undefined) return undefined;
  const manifest = join(own, 'package.json');
  const { optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  const platforms = Object.keys(optionalDependencies ?? {}).map((platform) => folderOf(platform, manifest));
  return (optionalDependencies ? platforms : [own])
    .map((folder) => folder && join(folder, process.platform === 'win32' ? `${file}.exe` : file))
    .find((path) => path !== undefined && existsSync(path));
}

function folderOf(name: string, from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Says loudly that tests are skipped. */
export function reportMissing(name: RuntimeName): void {
  console.warn(
    `\nSKIPPED: the builtin entry in ${name}: ${name} has no program for ${process.platform}-${process.arch}\n`,
  );
}
