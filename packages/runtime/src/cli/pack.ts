import { join } from 'node:path';
import { MANIFEST_FILE } from '../bundle/files.js';
import { sha256Hex } from '../bundle/load.js';
import { MAX_MANIFEST_BYTES } from '../bundle/manifest.js';
import { openPack } from '../bundle/pack.js';
import { PACK_EXTENSION } from '../bundle/pack-names.js';
import { parseManifest } from '../bundle/parse.js';
import { packBundle } from '../bundle/write-pack.js';
import { UsageError } from '../errors.js';
import { openBundle } from '../node/open-bundle.js';
import { writeWhole } from './destination.js';
import {
  counted,
  formatBytes,
  nameOf,
  printResult,
  refuseOverwriting,
  type Streams,
  wordsBeside,
} from './output.js';

/** Options of `convae pack`. */
export interface PackCommandOptions {
  readonly output: string;
  readonly decoderOnly?: boolean;
  readonly json?: boolean;
}

/** `convae pack BUNDLE -o FILE.convae`: a bundle in one file, after its hashes are checked. */
export async function runPack(bundle: string, options: PackCommandOptions, streams: Streams): Promise<void> {
  const { output, decoderOnly = false } = options;
  if (output !== '-' && !output.endsWith(PACK_EXTENSION))
    throw new UsageError(`expected a file that ends in ${PACK_EXTENSION} for -o, received ${output}`);
  const files = await openBundle(bundle);
  const manifest = parseManifest(await files.read(MANIFEST_FILE, MAX_MANIFEST_BYTES));
  const bytes = await packBundle(files, { decoderOnly });
  const { encoder, decoder, tables, context } = manifest;
  const inputs = [encoder, decoder, tables, context].flatMap((listed) => listed?.file ?? []);
  refuseOverwriting([bundle, ...inputs.map((name) => join(bundle, name))], output);
  await writeWhole(output, streams, (write) => write(bytes));
  const names = openPack(bytes, output).names!;
  const sha256 = await sha256Hex(bytes);
  const held = `${manifest.name}, ${counted(names.length, 'file')}${decoderOnly ? ' (no encoder)' : ''}`;
  const words = `${nameOf(output)}: ${held}, ${formatBytes(bytes.length)}, SHA-256 ${sha256}`;
  const result = { output, name: manifest.name, bytes: bytes.length, files: names, sha256 };
  printResult(wordsBeside(output, streams), options, result, words);
}
