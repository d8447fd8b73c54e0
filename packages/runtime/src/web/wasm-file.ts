/// <reference lib="dom" />

import { toHex } from '../bytes.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';
import { pageUrl } from '../fetch/bundle-url.js';
import { type Fetched, fetchBytes } from '../fetch/fetch-bytes.js';
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
  return (
    givenUrl(build, wasmPaths) ?? emittedUrl(build) ?? besideOnnxRuntime(build) ?? besideThisScript(build)
  );
}

/** Addresses relative to this page, so that a worker finds the same. @throws TypeError. */
export function absoluteWasmPaths(wasmPaths: WasmPaths): WasmPaths {
  const absolute = (path: unknown): string => pageUrl(path, 'options.wasmPaths').href;
  if (typeof wasmPaths === 'string' || wasmPaths instanceof URL) return absolute(wasmPaths);
  return Object.fromEntries(
    Object.entries(wasmPaths).flatMap(([build, path]) =>
      path === undefined ? [] : [[build, absolute(path)]],
    ),
  );
}

function givenUrl(build: OrtBuild, wasmPaths: WasmPaths = {}): string | undefined {
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
  return here ? new URL(build.wasmFile, here).href : pageUrl(build.wasmFile, 'the .wasm file').href;
}

const WASM_MIME_TYPES = ['application/wasm', 'application/octet-stream', 'binary/octet-stream', ''];
const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * Fetches a WebAssembly file and checks that it is one: after a wrong file, ONNX Runtime cannot be loaded again in the
 * same page.
 * @throws ConvaeError DEPENDENCY_MISSING where the file is not there, is none or has a wrong MIME type; ABORTED.
 */
export async function fetchWasm(url: string, options: FetchingOptions): Promise<ArrayBuffer> {
  const { bytes, mimeType } = await fetchOrExplain(url, options);
  if (!WASM_MIME_TYPES.includes(mimeType)) {
    throw missing(`${url} has the MIME type ${mimeType}, expected application/wasm`);
  }
  if (WASM_MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const start = toHex(bytes.subarray(0, 4));
    throw missing(`${url} is no WebAssembly file: it begins with ${start || 'nothing'}`);
  }
  return bytes.buffer;
}

async function fetchOrExplain(url: string, options: FetchingOptions): Promise<Fetched> {
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
