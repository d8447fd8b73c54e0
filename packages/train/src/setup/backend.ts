import { createRequire } from 'node:module';
import { ConvaeError } from '@convae/runtime/core';
import { firstLine } from './command-runner.js';
import { ONEDNN } from './launch-environment.js';
import { restoreUtilTypeTests } from './node-compat.js';

/**
 * TensorFlow.js: tensors, optimizers and layers.
 *
 * tfjs exists as CommonJS and as ES modules. Loaded through both doors there are two sets of classes, and a
 * tensor of one is no `instanceof` the other's. tfjs-node is CommonJS, so this file is the only door: all other
 * files import tfjs for its types alone (`import type`) and take the object from {@link loadBackend}.
 */
export type Tf = typeof import('@tensorflow/tfjs-core') & typeof import('@tensorflow/tfjs-layers');

/** `tensorflow`: the C library through tfjs-node. `cpu`: plain JavaScript, for tiny runs only. */
export type BackendKind = 'tensorflow' | 'cpu';

/** Options of {@link loadBackend}. */
export interface LoadBackendOptions {
  /** Takes one line of warning; standard error by default. */
  warn?: (line: string) => void;
}

/** What is said when somebody takes the JavaScript backend; measured at batch 20: 1.2–2.5 s against 15–25 ms a step. */
export const CPU_BACKEND_WARNING =
  'Warning: --backend cpu computes in plain JavaScript: a training step of the reference network takes ' +
  'about 100 times as long as with TensorFlow. It is meant for tiny runs.';

/** Same folder for both kinds, so that both give the very same classes of tfjs-core and tfjs-layers. */
const require = createRequire(import.meta.url);

/**
 * Loads TensorFlow.js with the named backend active.
 *
 * @throws ConvaeError BACKEND_UNAVAILABLE when the backend cannot be loaded.
 */
export async function loadBackend(kind: BackendKind, options: LoadBackendOptions = {}): Promise<Tf> {
  if (kind === 'tensorflow') return loadTensorflow();
  if (kind === 'cpu') return loadCpu(options.warn ?? console.warn);
  throw new TypeError(`expected 'tensorflow' or 'cpu' for backend, received ${JSON.stringify(kind)}`);
}

async function loadTensorflow(): Promise<Tf> {
  restoreUtilTypeTests();
  // TensorFlow reads these while its library is loaded. Without the first it greets on standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_ENABLE_ONEDNN_OPTS ??= ONEDNN;
  try {
    const tf = require('@tensorflow/tfjs-node') as Tf;
    await activate(tf, 'tensorflow');
    return tf;
  } catch (cause) {
    const message =
      'The TensorFlow backend cannot be loaded: run "npx convae-train setup", or use --backend cpu.';
    throw new ConvaeError('BACKEND_UNAVAILABLE', `${message} (${firstLine(cause)})`, { cause });
  }
}

async function loadCpu(warn: (line: string) => void): Promise<Tf> {
  warn(CPU_BACKEND_WARNING);
  const core = require('@tensorflow/tfjs-core') as typeof import('@tensorflow/tfjs-core');
  const layers = require('@tensorflow/tfjs-layers') as typeof import('@tensorflow/tfjs-layers');
  require('@tensorflow/tfjs-backend-cpu');
  const tf: Tf = { ...core, ...layers };
  await activate(tf, 'cpu');
  silenceGreeting(tf);
  return tf;
}

async function activate(tf: Tf, name: BackendKind): Promise<void> {
  if (!(await tf.setBackend(name))) {
    throw new ConvaeError('BACKEND_UNAVAILABLE', `TensorFlow.js refuses to use its backend "${name}".`);
  }
  await tf.ready();
}

/** The JavaScript backend prints an advertisement for tfjs-node when its first tensor is written. */
export function silenceGreeting(tf: Tf): void {
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}
