import { ConvaeError } from '../errors.js';
import type { BundleFiles } from './files.js';
import { MANIFEST_FILE, MAX_GRAPH_BYTES, MAX_MANIFEST_BYTES, type Manifest } from './manifest.js';
import { parseManifest } from './parse.js';

/** What was read from a bundle, checked against its manifest. */
export interface Bundle {
  /** Names the place in messages. */
  readonly location: string;
  readonly manifest: Manifest;
  /** The bytes of the encoder's ONNX graph. */
  readonly encoder: Uint8Array;
  /** The bytes of the decoder's ONNX graph. */
  readonly decoder: Uint8Array;
}

/**
 * Reads a bundle and checks the SHA-256 of both graphs.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED or HASH_MISMATCH.
 */
export async function loadBundle(files: BundleFiles): Promise<Bundle> {
  const manifest = parseManifest(await files.read(MANIFEST_FILE, MAX_MANIFEST_BYTES));
  const encoder = await readGraph(files, manifest.encoder);
  const decoder = await readGraph(files, manifest.decoder);
  return { location: files.location, manifest, encoder, decoder };
}

/**
 * The SHA-256 of some bytes as 64 lower-case hexadecimal digits, computed by WebCrypto.
 * @throws ConvaeError DEPENDENCY_MISSING where WebCrypto is missing (a page that is neither https nor localhost).
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ConvaeError(
      'DEPENDENCY_MISSING',
      'crypto.subtle is missing here: serve the page over https or from localhost',
    );
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function readGraph(files: BundleFiles, graph: Manifest['encoder']): Promise<Uint8Array> {
  const bytes = await files.read(graph.file, MAX_GRAPH_BYTES);
  const problem =
    bytes.length !== graph.bytes
      ? `has ${bytes.length} bytes, ${MANIFEST_FILE} says ${graph.bytes}`
      : (await sha256Hex(bytes)) !== graph.sha256
        ? `does not have the SHA-256 that ${MANIFEST_FILE} says`
        : undefined;
  if (problem === undefined) return bytes;
  throw new ConvaeError(
    'HASH_MISMATCH',
    `${graph.file} in ${files.location} ${problem}: the bundle is damaged or mixed`,
  );
}
