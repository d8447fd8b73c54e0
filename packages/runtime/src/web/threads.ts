/// <reference lib="dom" />
import type { OrtModule } from '../provider/ort.js';

/** The threads of a run of ONNX Runtime, and a note where they are fewer than asked for. */
export interface ThreadChoice {
  readonly threads: number;
  readonly notice?: string;
}

/** Most threads by default, as in ONNX Runtime itself. */
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

/**
 * Whether ONNX Runtime can start threads: they load the script that holds it, which must not be the page's own. A bundler
 * that writes one file only makes it so, and ONNX Runtime would wait for its threads for ever.
 */
export function canStartThreads(ort: OrtModule): boolean {
  const own = import.meta.url;
  return Boolean(own) && scriptOf(ort) !== own;
}

export const ONE_FILE_NOTICE =
  '1 thread is used: ONNX Runtime is in the same file as the page’s script (let the bundler split at dynamic imports)';

/** The address of the script that holds ONNX Runtime, from where it throws; undefined where that cannot be told. */
function scriptOf({ Tensor }: OrtModule): string | undefined {
  try {
    new Tensor('no such type' as 'float32', new Float32Array(1), [1]);
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined;
    // "at new Tensor (ADDRESS:LINE:COLUMN)" in Chromium, "Tensor@ADDRESS:LINE:COLUMN" elsewhere.
    return stack?.match(/[a-z-]+:\/\/[^\s()]+(?=:\d+:\d+)/)?.[0];
  }
  return undefined;
}
