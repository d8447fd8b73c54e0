import { existsSync } from 'node:fs';
import { lstat, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runCommand } from './command-runner.js';
import { modulesEnvironment, type TfjsPackage } from './tfjs-package.js';

const require = createRequire(import.meta.url);

const BUILD_TIMEOUT_MS = 10 * 60_000;
const TOOL_TIMEOUT_MS = 30_000;

/** Names under which the binding links the libraries, and the files of the tensorflow-cpu wheel behind them. */
const LIBRARY_ALIASES: Record<string, RegExp> = {
  'libtensorflow.so': /^libtensorflow(_cc)?\.so\.[\d.]+$/,
  'libtensorflow.so.2': /^libtensorflow_cc\.so\.2$/,
  'libtensorflow_framework.so': /^libtensorflow_framework\.so\.[\d.]+$/,
};

/** Adds to a folder of TensorFlow libraries the names under which the binding's linker looks for them. */
export async function aliasLibraries(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  for (const [alias, pattern] of Object.entries(LIBRARY_ALIASES)) {
    const target = names.find((name) => pattern.test(name));
    if (target && !names.includes(alias)) await symlink(target, join(folder, alias));
  }
  const linked = await lstat(join(folder, 'libtensorflow.so')).catch(() => undefined);
  if (!linked)
    throw new Error(`no TensorFlow library (libtensorflow.so or libtensorflow_cc.so.2) in ${folder}`);
}

/** The Python that can download wheels, and what is missing for a build from source. */
export interface BuildTools {
  python: string | undefined;
  missing: string[];
}

/** Looks for the programs that a build from source needs. */
export async function findBuildTools(env: NodeJS.ProcessEnv): Promise<BuildTools> {
  const python = await firstRunnable([env.PYTHON, 'python3', '/usr/bin/python3'], ['-m', 'pip', '--version']);
  const make = await firstRunnable([env.MAKE, 'make'], ['--version']);
  const compiler = await firstRunnable([env.CXX, 'g++', 'c++'], ['--version']);
  const found = { 'python3 with pip': python, make, 'g++': compiler };
  const missing = Object.entries(found).flatMap(([name, program]) => (program ? [] : [name]));
  return { python, missing };
}

async function firstRunnable(
  programs: readonly (string | undefined)[],
  args: readonly string[],
): Promise<string | undefined> {
  for (const program of programs) {
    if (!program) continue;
    const run = runCommand(program, args, { timeoutMs: TOOL_TIMEOUT_MS });
    if ((await run.catch(() => undefined)) !== undefined) return program;
  }
  return undefined;
}

/**
 * Compiles the binding of a package whose `deps/lib` and `deps/include` are in place.
 *
 * @throws CommandError when it does not compile.
 */
export async function buildBinding(tfjs: TfjsPackage, signal: AbortSignal): Promise<void> {
  const manifest = require.resolve('@mapbox/node-pre-gyp/package.json', { paths: tfjs.modulePaths });
  const tool = join(dirname(manifest), 'bin', 'node-pre-gyp');
  await runCommand(process.execPath, [tool, 'install', '--build-from-source'], {
    cwd: tfjs.folder,
    env: { ...modulesEnvironment(tfjs), JOBS: 'max', ...headersSetting(process.env, process.execPath) },
    timeoutMs: BUILD_TIMEOUT_MS,
    signal,
  });
}

/**
 * Where node-gyp finds Node's headers: what the user has set, or those beside this Node. Without either, node-gyp
 * downloads them.
 */
export function headersSetting(env: NodeJS.ProcessEnv, execPath: string): Record<string, string> {
  const prefix = dirname(dirname(execPath));
  const beside = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return env.npm_config_nodedir || !beside ? {} : { npm_config_nodedir: prefix };
}
