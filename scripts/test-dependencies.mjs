// Programs that only the tests use, from Debian's and Ubuntu's package archives:
//   python3-onnx  the independent checker of exported graphs (for /usr/bin/python3)
//   redis-server  keeps the jobs of examples/bullmq
//   shellcheck    checks the script of examples/slurm
//   protobuf-compiler  checks model repositories for Triton against Triton's own schema
//   chromium      the browser that the tests of the web runtime and its consumers run in
// Without them the tests that need them are skipped, and this says so on every run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readStamp, runQuietly, say, writeStamp } from './steps.mjs';

/** Each package, a file that shows that it is installed, and what is skipped without it. */
const PACKAGES = [
  {
    name: 'python3-onnx',
    file: '/usr/lib/python3/dist-packages/onnx/__init__.py',
    use: 'the independent check of exported graphs',
  },
  { name: 'redis-server', file: '/usr/bin/redis-server', use: 'the tests of examples/bullmq' },
  { name: 'shellcheck', file: '/usr/bin/shellcheck', use: 'the check of examples/slurm' },
  { name: 'protobuf-compiler', file: '/usr/bin/protoc', use: 'the check of model repositories for Triton' },
  { name: 'chromium', file: '/usr/bin/chromium', use: 'every test in a real browser' },
];

/** A failed installation is tried again after this time, in milliseconds. */
const RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Installs the packages that are missing, where that is possible without asking for a password. */
export async function ensureTestDependencies(packages = PACKAGES) {
  let missing = missingOf(packages);
  if (missing.length > 0 && !triedLately(missing)) {
    const problem = await tryInstall(missing);
    missing = missingOf(packages);
    writeStamp('test-dependencies', { time: Date.now(), names: missing.map(({ name }) => name), problem });
  }
  for (const { name, use } of missing) {
    const reason = readStamp('test-dependencies')?.problem ?? 'apt-get left it out';
    say(`SKIPPED: ${use}: ${name} is not installed (${reason}). To have it: sudo apt-get install ${name}`);
  }
}

function missingOf(packages) {
  return packages.filter(({ file }) => !existsSync(file));
}

function triedLately(missing) {
  const stamp = readStamp('test-dependencies');
  if (!stamp || Date.now() - stamp.time > RETRY_AFTER_MS) return false;
  return missing.every(({ name }) => stamp.names.includes(name));
}

/** Returns undefined, or why the packages could not be installed. */
async function tryInstall(missing) {
  if (process.env.CONVAE_NO_APT) return 'CONVAE_NO_APT is set';
  if (!runs('apt-get', ['--version'])) return 'no apt-get here';
  const prefix = adminPrefix();
  if (!prefix) return 'neither root nor sudo without a password';
  announce(missing);
  const [program, ...first] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  try {
    await runQuietly('apt-get update', program, [...first, 'update']);
    const install = ['install', '-y', '--no-install-recommends', ...missing.map(({ name }) => name)];
    await runQuietly('apt-get install', program, [...first, ...install]);
    return undefined;
  } catch (error) {
    return error.message.trim().split('\n').slice(-2).join('; ');
  }
}

function announce(missing) {
  say('The tests use programs of the system that are not installed here:');
  for (const { name, use } of missing) say(`  ${name}: ${use}`);
  say(
    'Installing them with apt-get. With CONVAE_NO_APT=1 nothing is installed, and those tests are skipped …',
  );
}

/** The words before a command that make it run as root; undefined when that is not possible. */
function adminPrefix() {
  if (process.getuid?.() === 0) return [];
  return runs('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}

function runs(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
