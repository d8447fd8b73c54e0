/// <reference lib="dom" />

import type { LoadProgress } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';
import { pageUrl } from './bundle-url.js';
import { fetchBytes } from './fetch-bytes.js';
import type { OrtBuild, OrtBuildName } from './ort-build.js';

/** Where ONNX Runtime's WebAssembly files are: their folder, or the address of each. */
export type WasmPaths = string | URL | Partial<Readonly<Record<OrtBuildName, string | URL>>>;

/** Largest WebAssembly file that is read, bytes; those of onnxruntime-web 1.30 have 14 and 27 million. */
const MAX_WASM_BYTES = 128 << 20;

/**
 * Where a build's WebAssembly file is: below `wasmPaths`, or where the bundler or the import map put
 * onnxruntime-web, or beside this script.
 */
export function wasmUrl(build: OrtBuild, wasmPaths: WasmPaths | undefined): string {
  const given = wasmPaths === undefined ? undefined : givenUrl(build, wasmPaths);
  return given ?? emittedUrl(build) ?? besideOnnxRuntime(build) ?? besideThisScript(build);
}

/** Addresses relative to this page, so that a worker finds the same. @throws TypeError. */
export function absoluteWasmPaths(wasmPaths: WasmPaths): WasmPaths {
  const absolute = (path: string | URL): string => {
    const address = pageUrl(path);
    if (address === undefined)
      throw new TypeError(`expected an address for options.wasmPaths, received '${path}'`);
    return address.href;
  };
  if (typeof wasmPaths === 'string' || wasmPaths instanceof URL) return absolute(wasmPaths);
  return Object.fromEntries(
    Object.entries(wasmPaths).flatMap(([build, path]) =>
      path === undefined ? [] : [[build, absolute(path)]],
    ),
  );
}

function givenUrl(build: OrtBuild, wasmPaths: WasmPaths): string | undefined {
  const absolute = absoluteWasmPaths(wasmPaths);
  if (typeof absolute === 'object') return (absolute as Partial<Record<OrtBuildName, string>>)[build.name];
  return `${absolute}${absolute.endsWith('/') ? '' : '/'}${build.wasmFile}`;
}

/** Bundlers that know `new URL(…, import.meta.url)` put the file into their output and its address in there. */
function emittedUrl(build: OrtBuild): string | undefined {
  // Scripts that are no modules do not know where they are.
  if (!import.meta.url) return undefined;
  const url = build.bundledUrl();
  // Unchanged where no bundler has looked at it: then there is no such place.
  return url.pathname.endsWith(`/onnxruntime-web/${build.wasmFile}`) ? undefined : url.href;
}

/** With an import map, the browser itself knows where onnxruntime-web is. */
function besideOnnxRuntime(build: OrtBuild): string | undefined {
  try {
    return new URL(build.wasmFile, import.meta.resolve(`onnxruntime-web/${build.name}`)).href;
  } catch {
    return undefined;
  }
}

/** Vite's development server keeps packages in a cache of its own, without the files that belong to them. */
const VITE_CACHE = /\/node_modules\/\.vite[^?]*\/deps[^/]*\/[^/]*$/;

function besideThisScript(build: OrtBuild): string {
  const here = import.meta.url?.replace(VITE_CACHE, '/node_modules/onnxruntime-web/dist/');
  return here ? new URL(build.wasmFile, here).href : pageUrl(build.wasmFile)!.href;
}

const WASM_MIME_TYPES = ['application/wasm', 'application/octet-stream', 'binary/octet-stream', ''];
const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * Fetches a WebAssembly file and looks whether it is one, because ONNX Runtime cannot be loaded a second time
 * in a page after it was given something else.
 * @throws ConvaeError DEPENDENCY_MISSING where the file is not there, is none or has a wrong MIME type; ABORTED.
 */
export async function fetchWasm(
  url: string,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((p: LoadProgress) => void) | undefined;
  },
): Promise<ArrayBuffer> {
  const { bytes, mimeType } = await fetchOrExplain(url, options);
  if (!WASM_MIME_TYPES.includes(mimeType)) {
    throw missing(`${url} has the MIME type ${mimeType}, expected application/wasm`);
  }
  if (WASM_MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw missing(`${url} is no WebAssembly file: it begins with ${start || 'nothing'}`);
  }
  return bytes.buffer;
}

async function fetchOrExplain(
  url: string,
  options: Parameters<typeof fetchWasm>[1],
): ReturnType<typeof fetchBytes> {
  try {
    return await fetchBytes(url, { ...options, maxBytes: MAX_WASM_BYTES });
  } catch (cause) {
    if (cause instanceof ConvaeError && cause.code === 'ABORTED') throw cause;
    throw missing((cause as Error).message, cause);
  }
}

const ADVICE =
  'serve the .wasm files of onnxruntime-web/dist from this page’s own origin and name their place with options.wasmPaths';

function missing(problem: string, cause?: unknown): ConvaeError {
  return new ConvaeError('DEPENDENCY_MISSING', `${problem}: ${ADVICE}`, { cause });
}
