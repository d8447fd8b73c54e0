import { bundleHash } from '../bitstream/bundle-hash.js';
import { sha256, toHex } from '../bytes.js';
import { MAX_CONTEXT_FILE_BYTES } from '../context/limits.js';
import { qualityCount } from '../entropy/quantizer.js';
import { MAX_TABLE_FILE_BYTES, parseTables } from '../entropy/table-file.js';
import type { EntropyTables } from '../entropy/tables.js';
import { ConvaeError } from '../errors.js';
import { MAX_PIXEL_FILE_BYTES } from '../pixels/limits.js';
import { type BundleFiles, MANIFEST_FILE } from './files.js';
import { bundleIdentity } from './identity.js';
import {
  isLossless,
  type LosslessManifest,
  MAX_GRAPH_BYTES,
  MAX_MANIFEST_BYTES,
  type Manifest,
} from './manifest.js';
import type { BundleContext } from './open-context.js';
import { parseAnyManifest, withNetworks } from './parse.js';

/** What was read from a bundle, checked against its manifest. */
export interface Bundle {
  /** Names the place in messages. */
  readonly location: string;
  readonly manifest: Manifest;
  /** The bytes of the encoder's ONNX graph; undefined where it was left out. */
  readonly encoder: Uint8Array | undefined;
  /** The bytes of the decoder's ONNX graph. */
  readonly decoder: Uint8Array;
  /** What entropy coding needs; absent where the bundle was exported without tables. */
  readonly coding?: BundleCoding | undefined;
}

/** The part of a bundle that turns symbols into bytes. */
export interface BundleCoding {
  /** The tables of the finest step: one for each channel, for each channel and position, or first these, then those. */
  readonly tables: EntropyTables;
  /** The context prior; absent where the bundle has none. */
  readonly context?: BundleContext | undefined;
  /** uint8, 8 bytes: the hash by which bitstreams name the bundle. */
  readonly hash: Uint8Array;
}

/** What was read from a lossless bundle, checked against its manifest. */
export interface LosslessBundle {
  /** Names the place in messages. */
  readonly location: string;
  readonly manifest: LosslessManifest;
  /** The bytes of the pixel context model's file: `bundlePixels` reads them. */
  readonly context: Uint8Array;
  /** uint8, 8 bytes: the hash by which bitstreams name the bundle. */
  readonly hash: Uint8Array;
}

/**
 * Reads a bundle with networks and checks the SHA-256 of its graphs, tables and context model.
 * @param decoderOnly True to leave the encoder out, as if it had been packed so.
 * @throws ConvaeError NOT_FOUND, LIMIT_EXCEEDED, MANIFEST_INVALID, VERSION_UNSUPPORTED or HASH_MISMATCH; DATA_INVALID
 * or DATA_TRUNCATED where the table file or the context model breaks its format; UNSUPPORTED for a lossless bundle.
 */
export async function loadBundle(files: BundleFiles, decoderOnly = false): Promise<Bundle> {
  return readNetworks(files, withNetworks(await readManifest(files)), decoderOnly);
}

/**
 * Reads a bundle of any kind and checks the SHA-256 of its files; {@link isLosslessBundle} tells them apart.
 * @throws as {@link loadBundle}, but not UNSUPPORTED.
 */
export async function loadAnyBundle(
  files: BundleFiles,
  decoderOnly = false,
): Promise<Bundle | LosslessBundle> {
  const manifest = await readManifest(files);
  return isLossless(manifest) ? readLossless(files, manifest) : readNetworks(files, manifest, decoderOnly);
}

/** Whether a bundle is lossless. */
export const isLosslessBundle = (bundle: Bundle | LosslessBundle): bundle is LosslessBundle =>
  'context' in bundle;

const readManifest = async (files: BundleFiles): Promise<Manifest | LosslessManifest> =>
  parseAnyManifest(await files.read(MANIFEST_FILE, MAX_MANIFEST_BYTES));

async function readLossless(files: BundleFiles, manifest: LosslessManifest): Promise<LosslessBundle> {
  const context = await readListed(files, manifest.context, MAX_PIXEL_FILE_BYTES);
  return { location: files.location, manifest, context, hash: await bundleHash(bundleIdentity(manifest)!) };
}

async function readNetworks(files: BundleFiles, manifest: Manifest, decoderOnly: boolean): Promise<Bundle> {
  const leftOut = decoderOnly || files.names?.includes(manifest.encoder.file) === false;
  const [encoder, decoder, coding] = await Promise.all([
    leftOut ? undefined : readListed(files, manifest.encoder, MAX_GRAPH_BYTES),
    readListed(files, manifest.decoder, MAX_GRAPH_BYTES),
    readCoding(files, manifest),
  ]);
  return { location: files.location, manifest, encoder, decoder, coding };
}

async function readCoding(files: BundleFiles, manifest: Manifest): Promise<BundleCoding | undefined> {
  const identity = bundleIdentity(manifest);
  if (identity === undefined || manifest.tables === undefined) return undefined;
  const tables = parseTables(await readListed(files, manifest.tables, MAX_TABLE_FILE_BYTES));
  checkTableCount(tables, manifest);
  const context = await readContext(files, manifest);
  return { tables, context, hash: await bundleHash(identity) };
}

async function readContext(files: BundleFiles, manifest: Manifest): Promise<BundleContext | undefined> {
  if (manifest.context === undefined) return undefined;
  const bytes = readListed(files, manifest.context, MAX_CONTEXT_FILE_BYTES);
  const [code, context] = await Promise.all([import('./open-context.js'), bytes]);
  return code.readBundleContext(context, manifest);
}

function checkTableCount({ count }: EntropyTables, { latent, quantizer, tables }: Manifest): void {
  const sets = quantizer!.multipliers ? 1 : qualityCount(quantizer!);
  const places = latent.channels * latent.height * latent.width;
  const fits = [latent.channels, places, latent.channels + places].map((each) => sets * each);
  if (fits.includes(count)) return;
  throw new ConvaeError(
    'DATA_INVALID',
    `expected ${fits.join(' or ')} tables in ${tables?.file}, received ${count}`,
  );
}

/**
 * The SHA-256 of some bytes as 64 lower-case hexadecimal digits.
 * @throws ConvaeError DEPENDENCY_MISSING where Web Crypto is missing (a page that is neither https nor localhost).
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes));
}

type ListedFile = NonNullable<Manifest['tables']>;

async function readListed(files: BundleFiles, listed: ListedFile, maxBytes: number): Promise<Uint8Array> {
  const bytes = await files.read(listed.file, maxBytes, listed.sha256);
  const problem =
    bytes.length !== listed.bytes
      ? `has ${bytes.length} bytes, ${MANIFEST_FILE} says ${listed.bytes}`
      : (await sha256Hex(bytes)) !== listed.sha256
        ? `does not have the SHA-256 that ${MANIFEST_FILE} says`
        : undefined;
  if (problem === undefined) return bytes;
  throw new ConvaeError(
    'HASH_MISMATCH',
    `${listed.file} in ${files.location} ${problem}: the bundle is damaged or mixed`,
  );
}
