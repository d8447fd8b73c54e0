import { resolve } from 'node:path';
import { type MergePart, mergeContainers } from '../bitstream/index.js';
import { toHex } from '../bytes.js';
import { UsageError } from '../errors.js';
import { openFileSource } from '../node/byte-files.js';
import type { OutputOptions } from './codec-options.js';
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
import { missingShard } from './shard.js';

/** Options of `convae merge`. */
export type MergeCommandOptions = Pick<OutputOptions, 'output' | 'json'>;

/** `convae merge PART… -o FILE`: joins containers of one bundle, e.g. those of `convae encode --shard`. */
export async function runMerge(
  inputs: string[],
  options: MergeCommandOptions,
  streams: Streams,
): Promise<void> {
  checkInputs(inputs, options.output);
  const parts: MergePart[] = [];
  for (const input of inputs) parts.push(await partAt(input));
  const { header, ...counts } = await writeWhole(options.output, streams, (write) =>
    mergeContainers(parts, { write }),
  );
  const { images, chunks, bytes } = counts;
  const held = `${counted(images, 'image')} in ${counted(chunks, 'chunk')}, ${formatBytes(bytes)}`;
  const words = `${nameOf(options.output)}: ${held}, from ${counted(parts.length, 'part')}`;
  const value = {
    output: options.output,
    parts: parts.length,
    ...counts,
    bundleHash: toHex(header.bundleHash),
  };
  printResult(wordsBeside(options.output, streams), options, value, words);
}

function checkInputs(inputs: readonly string[], output: string): void {
  if (inputs.includes('-'))
    throw new UsageError('convae merge needs files: it reads the end of a part before its chunks');
  refuseOverwriting(inputs, output);
  const twice = inputs.find((input, i) => inputs.findIndex((each) => resolve(each) === resolve(input)) !== i);
  if (twice !== undefined) throw new UsageError(`expected every part once, received ${twice} twice`);
  const missing = missingShard(inputs);
  if (missing !== undefined) throw new UsageError(missing);
}

/** A file that is open only while it is read: there may be more parts than a process may open files. */
async function partAt(path: string): Promise<MergePart> {
  await using source = await openFileSource(path);
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    await using file = await openFileSource(path);
    return await file.read(offset, length);
  };
  return { name: path, size: source.size, read };
}
