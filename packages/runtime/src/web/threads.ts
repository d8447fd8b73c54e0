/// <reference lib="dom" />

/** Threads that a run of ONNX Runtime gets, and what is to be said about it. */
export interface ThreadChoice {
  readonly threads: number;
  readonly notice?: string;
}

/** Most threads that are taken where nothing is said; as ONNX Runtime itself. */
const MAX_DEFAULT_THREADS = 4;

/**
 * The number of threads for what was asked: WebAssembly threads need shared memory, which browsers give to
 * cross-origin isolated pages alone.
 */
export function chooseThreads(asked: number | undefined): ThreadChoice {
  const isolated = globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function';
  if (isolated) return { threads: asked ?? defaultThreads() };
  if (asked === undefined || asked === 1) return { threads: 1 };
  return {
    threads: 1,
    notice:
      `${asked} threads were asked for, 1 is used: the page is not cross-origin isolated ` +
      '(send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)',
  };
}

function defaultThreads(): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.min(MAX_DEFAULT_THREADS, Math.ceil(cores / 2));
}
