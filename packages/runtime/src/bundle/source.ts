import { wrongKind } from '../checks.js';
import type { BundleFiles } from './files.js';

/** A `Blob` or `File`, as far as a packed bundle needs it. */
export interface PackBlob {
  /** Bytes. */
  readonly size: number;
  /** The name of a `File`. */
  readonly name?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A packed bundle that is at hand: its bytes, or what holds them. */
export type HeldPack = Uint8Array | ArrayBuffer | PackBlob;

/**
 * What a codec is loaded from: the place of a bundle's folder or of a packed bundle (`.convae`), a packed bundle itself, or
 * the files of a bundle from anywhere else.
 */
export type BundleSource = string | URL | HeldPack | BundleFiles;

/** Whether a source names a place. */
export const isPlace = (source: unknown): source is string | URL =>
  typeof source === 'string' || source instanceof URL;

/** Whether a source is files of a bundle. */
export const isBundleFiles = (source: unknown): source is BundleFiles =>
  typeof (source as BundleFiles | undefined | null)?.read === 'function';

/** Whether a source is a packed bundle that is at hand. */
const isHeldPack = (source: unknown): source is HeldPack =>
  source instanceof Uint8Array ||
  source instanceof ArrayBuffer ||
  typeof (source as PackBlob | undefined | null)?.arrayBuffer === 'function';

/** @throws TypeError where a source is none. */
export function checkSource(source: unknown, place: string): asserts source is BundleSource {
  if (isPlace(source) || isBundleFiles(source) || isHeldPack(source)) return;
  throw wrongKind(`${place}, a packed bundle or bundle files`, 'bundle', source);
}
