import { ByteWriter } from '../bitstream/byte-writer.js';
import { crc32c } from '../bitstream/crc32c.js';
import type { BundleFiles } from './files.js';
import { loadBundle } from './load.js';
import { PACK_MAGIC, PACK_VERSION } from './pack.js';

/** Options of {@link packBundle}. */
export interface PackOptions {
  /** True to leave the encoder out: the pack decodes everything that its bundle has encoded, and encodes nothing. */
  readonly decoderOnly?: boolean | undefined;
}

/**
 * The bytes of a bundle in one file (FORMAT.md, "Packed bundle"), after all that `loadBundle` checks.
 * @returns uint8; the same bytes for the same bundle.
 * @throws as `loadBundle`.
 */
export async function packBundle(files: BundleFiles, options: PackOptions = {}): Promise<Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  const read: BundleFiles['read'] = async (name, ...rest) => {
    // Files are asked for in one order, and come in any.
    contents.set(name, new Uint8Array());
    const bytes = await files.read(name, ...rest);
    contents.set(name, bytes);
    return bytes;
  };
  const { location, names } = files;
  const { manifest } = await loadBundle({ location, names, read });
  if (options.decoderOnly) contents.delete(manifest.encoder.file);
  return writePack(contents);
}

/** The files in the order of the map, the manifest first. */
function writePack(contents: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const writer = new ByteWriter().bytes(PACK_MAGIC).u8(PACK_VERSION).u8(contents.size);
  for (const [name, { length }] of contents)
    writer.u8(name.length).bytes(new TextEncoder().encode(name)).u32(length);
  const [manifest] = contents.values();
  writer.u32(crc32c(manifest!, crc32c(writer.result())));
  for (const bytes of contents.values()) writer.bytes(bytes);
  return writer.result();
}
