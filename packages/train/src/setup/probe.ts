import { runCommand } from './command-runner.js';
import { modulesEnvironment, type TfjsPackage } from './tfjs-package.js';

/** Loading takes 1–2 s on a warm disk; a cold one has 0.8 GB to page in. */
const PROBE_TIMEOUT_MS = 120_000;

/** Loads the package in the folder given as argument, computes 1 + 2 with it and prints TensorFlow's version. */
const PROBE_SCRIPT = `
const util = require('node:util');
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
const tf = require(process.argv[1]);
if (tf.getBackend() !== 'tensorflow') throw new Error('the active backend is ' + tf.getBackend());
const sum = tf.add(tf.scalar(1), tf.scalar(2)).dataSync()[0];
if (sum !== 3) throw new Error('1 + 2 gave ' + sum);
console.log('tensorflow=' + tf.backend().binding.TF_Version);
`;

/**
 * Tries out a tfjs-node package, in a child process: a binding that fits badly may take its whole
 * process down.
 *
 * @returns the version of the TensorFlow library behind it.
 * @throws CommandError with the reason when it does not load or computes wrongly.
 */
export async function probeBackend(tfjs: TfjsPackage, signal?: AbortSignal): Promise<string> {
  const output = await runCommand(process.execPath, ['-e', PROBE_SCRIPT, '--', tfjs.folder], {
    env: { ...modulesEnvironment(tfjs), TF_CPP_MIN_LOG_LEVEL: '3' },
    timeoutMs: PROBE_TIMEOUT_MS,
    signal,
  });
  return /^tensorflow=(.+)$/m.exec(output)?.[1] ?? 'unknown';
}
