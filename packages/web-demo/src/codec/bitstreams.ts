import { bundles } from 'virtual:bundles';
import { joinBytes, toHex } from '@convae/runtime/core';
import type { Codec, ImageBatch, RandomAccessSource } from '@convae/runtime/web';
import type { BundleEntry } from './bundle-entry.js';
import { choicesOf } from './live.js';
import type { Coding } from './session.js';

/** Largest file that is opened, bytes. */
export const MAX_FILE_BYTES = 256 << 20;

/** The first bytes of a container (FORMAT.md, "Container"): magic, version, length; then the bundle's hash. */
const MAGIC = [0x89, 0x43, 0x41, 0x45];
const HASH_AT = 8;
const HASH_BYTES = 8;

export const isContainer = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** A bundle, and whether its lossless companion is meant. */
export interface Named {
  readonly entry: BundleEntry;
  readonly exact: boolean;
}

/** The bundle that a container names, `preferred` where several have it; undefined where the page does not have it. */
export function bundleOf(container: Uint8Array, preferred: BundleEntry | undefined): Named | undefined {
  const hash = toHex(container.subarray(HASH_AT, HASH_AT + HASH_BYTES));
  const fits = (entry: BundleEntry): boolean => entry.hash === hash || entry.exact?.hash === hash;
  const entry = preferred && fits(preferred) ? preferred : bundles.find(fits);
  return entry && { entry, exact: entry.hash !== hash };
}

/** One image as a container: with checksums, and the name of its bundle. */
export async function containerOf(codec: Codec, image: ImageBatch, coding: Coding): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const sink = { write: async (piece: Uint8Array) => void pieces.push(piece.slice()) };
  await codec.encodeContainer([image], sink, { ...choicesOf(coding), count: 1 });
  return joinBytes(pieces);
}

/** What a file holds. */
export interface FileContent {
  readonly count: number;
  readonly first: ImageBatch;
}

/** Decodes the first image of a container, or the image of a single image stream. @throws ConvaeError. */
export async function openBitstream(codec: Codec, bytes: Uint8Array): Promise<FileContent> {
  if (!isContainer(bytes)) return { count: 1, first: await codec.decode(bytes) };
  const source: RandomAccessSource = {
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  };
  const container = await codec.openContainer(source);
  return { count: container.imageCount, first: await container.decodeAt(0) };
}
