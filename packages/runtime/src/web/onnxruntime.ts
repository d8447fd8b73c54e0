/// <reference lib="dom" />

import { ConvaeError } from '../errors.js';
import { firstLine } from '../provider/graph-session.js';
import type { OrtModule } from '../provider/ort.js';
import { createRunQueue, type RunQueue } from '../provider/queue.js';
import { RELU_GRAPH } from '../provider/relu-graph.js';
import { yieldTurn } from '../provider/yield-turn.js';
import type { WebLoadOptions } from './options.js';
import type { OrtBuild, OrtBuildName } from './ort-build.js';
import { canStartThreads, chooseThreads, ONE_FILE_NOTICE } from './threads.js';
import { fetchWasm, wasmUrl } from './wasm-file.js';

/** A build of onnxruntime-web as far as convae sets it up; its settings hold for the whole page. */
interface OrtWebModule extends OrtModule {
  readonly env: {
    readonly wasm: { numThreads?: number; wasmBinary?: ArrayBuffer; initTimeout?: number };
  };
}

/** A build of onnxruntime-web that has been loaded. */
export interface LoadedOrt {
  readonly ort: OrtWebModule;
  readonly threads: number;
  /** Why there are fewer threads than the page could have, where that is so. */
  readonly notice?: string | undefined;
  /** Everything that this build does: its calls share one stack, which calls that overlap would break. */
  readonly queue: RunQueue;
}

/**
 * What is loaded in this page or worker. ONNX Runtime itself is one instance a page: it can be set up once, and not
 * again after that failed.
 */
const loaded = new Map<OrtBuildName, Promise<LoadedOrt>>();

/**
 * Loads a build of onnxruntime-web when it is first wanted, and once.
 * @throws ConvaeError DEPENDENCY_MISSING where it is not installed, or its WebAssembly file cannot be had or started.
 */
export async function loadOrtWeb(build: OrtBuild, options: WebLoadOptions): Promise<LoadedOrt> {
  const known = loaded.get(build.name);
  if (known !== undefined) return known;
  // What can go wrong and be tried again comes first.
  const ort = await importScript(build);
  const binary = await fetchWasm(wasmUrl(build, options.wasmPaths), options);
  const started = loaded.get(build.name) ?? start(ort, binary, chooseThreads(options.threads).threads);
  loaded.set(build.name, started);
  return started;
}

/** @throws ConvaeError DEPENDENCY_MISSING where it is not installed, or cannot be loaded. */
export async function importScript(build: OrtBuild): Promise<OrtWebModule> {
  try {
    return (await build.importScript()) as OrtWebModule;
  } catch (cause) {
    const problem = `onnxruntime-web/${build.name} cannot be loaded (${firstLine(cause)})`;
    const advice = 'install it with "npm i onnxruntime-web"';
    throw new ConvaeError('DEPENDENCY_MISSING', `${problem}: ${advice}`, { cause });
  }
}

/** Longest time that ONNX Runtime may take to start, milliseconds: its threads fail without a word. */
const START_TIMEOUT_MS = 60_000;

async function start(ort: OrtWebModule, binary: ArrayBuffer, wanted: number): Promise<LoadedOrt> {
  const { wasm } = ort.env;
  const notice = wanted > 1 && !canStartThreads(ort) ? ONE_FILE_NOTICE : undefined;
  const threads = notice === undefined ? wanted : 1;
  wasm.wasmBinary = binary;
  wasm.numThreads = threads;
  wasm.initTimeout = START_TIMEOUT_MS;
  try {
    // The first session starts ONNX Runtime.
    const session = await ort.InferenceSession.create(RELU_GRAPH, { executionProviders: ['wasm'] });
    await session.release();
  } catch (cause) {
    const problem = `ONNX Runtime’s WebAssembly cannot be started here: ${firstLine(cause)}`;
    throw new ConvaeError('DEPENDENCY_MISSING', problem, { cause });
  } finally {
    // It is compiled now; the bytes would stay for the life of the page.
    delete wasm.wasmBinary;
  }
  return { ort, threads, notice, queue: createRunQueue(yieldTurn) };
}
