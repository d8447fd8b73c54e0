// Set-up steps: each one looks whether it is done, and says one line when it is not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprint, ROOT, readStamp, runQuietly, SetupError, say, writeStamp } from './steps.mjs';

/** Installs the dependencies of the lockfile with the pinned pnpm, unless they are. */
export async function installDependencies() {
  const wanted = fingerprint(installInputs(), [process.platform, process.arch]);
  if (readStamp('install') === wanted && existsSync(join(ROOT, 'node_modules', '.modules.yaml'))) return;
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const pnpm = packageManager.split('+')[0];
  say(`Installing dependencies with ${pnpm} …`);
  await runQuietly('Installing dependencies', 'npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
    // CI: pnpm must not ask questions, there is nobody to answer.
    env: { CI: 'true', npm_config_loglevel: 'error', npm_config_update_notifier: 'false' },
    advice: 'The package registry must be within reach, and npm (with npx) installed beside Node.',
  });
  writeStamp('install', wanted);
}

function installInputs() {
  const folders = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const manifests = folders.filter((path) => existsSync(join(ROOT, path)));
  return ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
}

/** Compiles the kernels, where they have changed: TypeScript reads what comes of it. */
export async function compileKernels() {
  await runQuietly(
    'Compiling the kernels',
    process.execPath,
    [join(ROOT, 'packages/runtime/kernels/build.mjs')],
    {
      advice: 'The messages above name the places in the sources.',
    },
  );
}

/** Recompiling nothing takes a second; only more than that is worth a line, in milliseconds. */
const LONG_COMPILE_MS = 3000;

/** Compiles what has changed; TypeScript itself knows what that is. */
export async function compile() {
  const announce = setTimeout(() => say('Compiling …'), LONG_COMPILE_MS);
  try {
    await compileKernels();
    await runQuietly('Compiling', process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b'], {
      advice: 'The messages above name the places in the sources.',
    });
  } finally {
    clearTimeout(announce);
  }
}

/** Makes the TensorFlow backend loadable, unless it was seen working since the dependencies were installed. */
export async function prepareBackend() {
  const install = readStamp('install');
  const folder = process.env.CONVAE_LIBTENSORFLOW ?? '';
  const done = readStamp('backend');
  if (done?.install === install && done.folder === folder && done.files.every(existsSync)) return;
  const entry = pathToFileURL(join(ROOT, 'packages/train/dist/setup/index.js')).href;
  const { ensureBackend } = await import(entry);
  try {
    const { files } = await ensureBackend({ log: say });
    writeStamp('backend', { install, folder, files });
  } catch (error) {
    if (error?.code === 'BACKEND_UNAVAILABLE') throw new SetupError(error.message);
    throw error;
  }
}
