import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, runCommand } from './command-runner.js';

/** The release that this project is tested with. */
const TENSORFLOW_VERSION = '2.21.0';

/** The wheel is 274 MB. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const UNPACK_TIMEOUT_MS = 5 * 60_000;

/**
 * What pip is asked for, in this order. The libraries inside do not depend on Python, so a Python for which there
 * is no wheel may as well take that of another.
 */
const REQUIREMENTS: readonly (readonly string[])[] = [
  [`tensorflow-cpu==${TENSORFLOW_VERSION}`],
  ['--python-version', '3.12', `tensorflow-cpu==${TENSORFLOW_VERSION}`],
  ['tensorflow-cpu'],
];

/** Unpacks the two libraries and the C headers of a wheel: `argv` is the wheel and the target folder. */
const UNPACK_SCRIPT = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
LIBRARIES = ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2')
# The C headers include no others; the wheel brings 5000 more.
HEADERS = tuple('tensorflow/include/' + folder for folder in ('tensorflow/', 'tsl/', 'xla/'))
def place(name):
    folder, _, file = name.rpartition('/')
    if folder == 'tensorflow' and file in LIBRARIES:
        return 'lib/' + file
    if name.startswith(HEADERS) and file and '..' not in name.split('/'):
        return name[len('tensorflow/'):]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = place(name)
        if path:
            path = os.path.join(target, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(name) as source, open(path, 'wb') as file:
                shutil.copyfileobj(source, file, 1 << 20)
missing = [file for file in LIBRARIES if not os.path.exists(os.path.join(target, 'lib', file))]
if missing:
    sys.exit('error: the wheel does not hold ' + ' and '.join(missing))
`;

/** A downloaded wheel. */
export interface Wheel {
  path: string;
  /** Version of TensorFlow in it. */
  tensorflow: string;
}

/**
 * Downloads the wheel of tensorflow-cpu with pip, which checks its hash.
 *
 * @throws CommandError when there is none for this machine or the package index is out of reach.
 */
export async function downloadWheel(python: string, folder: string, signal: AbortSignal): Promise<Wheel> {
  await mkdir(folder, { recursive: true });
  for (const [index, requirement] of REQUIREMENTS.entries()) {
    const fixed = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', folder];
    try {
      await runCommand(python, [...fixed, ...requirement], { timeoutMs: DOWNLOAD_TIMEOUT_MS, signal });
      break;
    } catch (error) {
      if (isOutOfReach(error)) {
        throw new CommandError('pip cannot reach the package index', error.output, { cause: error });
      }
      if (index === REQUIREMENTS.length - 1 || !isWithoutWheel(error)) throw error;
    }
  }
  return findWheel(folder);
}

/** pip also says "no matching distribution" when it cannot reach the index. Asking again does not help then. */
function isOutOfReach(error: unknown): error is CommandError {
  return error instanceof CommandError && /WARNING: Retrying .* after connection broken/.test(error.output);
}

function isWithoutWheel(error: unknown): boolean {
  return error instanceof CommandError && /No matching distribution/i.test(error.output);
}

async function findWheel(folder: string): Promise<Wheel> {
  for (const name of await readdir(folder)) {
    const tensorflow = wheelVersion(name);
    if (tensorflow) return { path: join(folder, name), tensorflow };
  }
  throw new CommandError('pip succeeded but left no wheel of tensorflow-cpu', '');
}

/** The version in the file name of a tensorflow-cpu wheel, undefined for other files. */
export function wheelVersion(name: string): string | undefined {
  return /^tensorflow_cpu-([\w.]+)-.*\.whl$/.exec(name)?.[1];
}

/** Unpacks the libraries of a wheel into `target/lib` and its headers into `target/include`. */
export async function unpackWheel(
  python: string,
  wheel: Wheel,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  await runCommand(python, ['-c', UNPACK_SCRIPT, wheel.path, target], {
    timeoutMs: UNPACK_TIMEOUT_MS,
    signal,
  });
}
