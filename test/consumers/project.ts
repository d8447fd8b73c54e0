import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const BUNDLE = join(ROOT, 'test/vectors/data/tiny-bundle');

/** The version of a tool or package that the workspace itself uses. */
export async function pinned(name: string): Promise<string> {
  for (const path of ['package.json', 'packages/runtime/package.json']) {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, path), 'utf8'));
    if (devDependencies[name]) return `${name}@${devDependencies[name]}`;
  }
  throw new RangeError(`expected a package of the workspace, received ${name}`);
}

/** Runs a program to its end and gives its standard output. @throws with all that it wrote where it fails. */
export async function execute(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd, env: environment(), maxBuffer: 1 << 26 });
  return stdout;
}

/** Without what npm and vitest tell their children: a consumer's shell has none of it. */
function environment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(?!config_(cache|registry|userconfig|nodedir))|NODE_ENV$|VITEST|NODE_OPTIONS$|INIT_CWD$|TEST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** A folder for what consumers need, gone at the end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'convae-consumer-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Packs a package as it would be published and gives the tarball. */
export async function packPackage(name: string, destination: string): Promise<string> {
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const args = ['--yes', packageManager, 'pack', '--json', '--pack-destination', destination];
  const output = await execute(join(ROOT, 'packages', name), 'npx', ...args);
  const { filename } = JSON.parse(output.slice(output.indexOf('{')));
  return filename.startsWith('/') ? filename : join(destination, filename);
}

/**
 * A copy of a fixture with a bundle, and packages installed by npm as its user would.
 * @param publicFolder Where the bundle's files belong.
 */
export async function createProject(
  parent: string,
  fixture: string,
  packages: readonly string[],
  publicFolder = '.',
): Promise<string> {
  const path = join(parent, fixture);
  await cp(join(FIXTURES, fixture), path, { recursive: true });
  await cp(BUNDLE, join(path, publicFolder, 'bundle'), { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await execute(path, 'npm', 'install', ...flags, ...packages);
  return path;
}
