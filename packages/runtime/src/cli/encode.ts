import { resolve } from 'node:path';
import { type Prior, readContainer } from '../bitstream/index.js';
import { defaultPrior } from '../bundle/manifest.js';
import type { Codec } from '../codec/codec.js';
import { ConvaeError, UsageError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { openFileSource, streamSource } from '../node/byte-files.js';
import { type CodecOptions, loadWithOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { type ImageInput, imagesOf, openInputs } from './image-inputs.js';
import { formatBytes, printJson, type Streams } from './output.js';
import { showProgress } from './progress.js';
import { type Shard, shardPath, shardRange } from './shard.js';

/** Options of `convae encode`. */
export interface EncodeCommandOptions extends CodecOptions {
  readonly bundle: string;
  readonly output: string;
  readonly quality?: number;
  readonly prior?: Prior;
  readonly chunk?: number;
  readonly shard?: Shard;
  readonly json?: boolean;
}

interface Result {
  readonly output: string;
  readonly images: number;
  readonly bytes: number;
  readonly quality: number;
  readonly prior: Prior;
  /** True where the shard was there already. */
  readonly skipped: boolean;
}

/** `convae encode IN… -o FILE --bundle B`: images into a container. */
export async function runEncode(
  inputs: string[],
  options: EncodeCommandOptions,
  streams: Streams,
): Promise<void> {
  const output = options.shard ? shardPath(options.output, options.shard) : options.output;
  checkPaths(inputs, output, options);
  await using codec = await loadWithOptions(options.bundle, options);
  checkSettings(codec, options);
  const opened = await openInputs(inputs, codec.manifest.image.channels, streams.stdin ?? emptyStream());
  const [start, end] = rangeOf(opened, options.shard);
  const there =
    options.shard && output !== '-' ? await existing(codec, output, end - start, options) : undefined;
  const result = there ?? (await encodeRange(codec, opened, { ...options, output, start, end }, streams));
  report(result, codec, options, streams);
}

function checkPaths(inputs: readonly string[], output: string, { shard }: EncodeCommandOptions): void {
  if (inputs.filter((input) => input === '-').length > 1)
    throw new UsageError('standard input (-) can be read once only');
  if (shard && inputs.includes('-'))
    throw new UsageError('--shard needs files: standard input (-) cannot be read by several jobs');
  const overwritten = inputs.find((input) => output !== '-' && resolve(input) === resolve(output));
  if (overwritten !== undefined) throw new UsageError(`${output} would overwrite an input`);
}

type Settings = Pick<EncodeCommandOptions, 'quality' | 'prior'>;

function checkSettings({ manifest }: Codec, { quality, prior }: Settings): void {
  const { quantizer, context, name } = manifest;
  if (prior === 'context' && context === undefined)
    throw new UsageError(`expected factorized for --prior: ${name} has no context model`);
  if (quality === undefined || quantizer === undefined || quality < quantizer.multipliers.length) return;
  throw new UsageError(
    `expected 0 to ${quantizer.multipliers.length - 1} for --quality of ${name}, received ${quality}`,
  );
}

function rangeOf(inputs: readonly ImageInput[], shard: Shard | undefined): [start: number, end: number] {
  const total = inputs.reduce((sum, { count }) => sum + (count ?? 0), 0);
  return shard ? shardRange(shard, total) : [0, total];
}

interface Range {
  readonly output: string;
  readonly chunk?: number;
  readonly quality?: number;
  readonly prior?: Prior;
  readonly start: number;
  readonly end: number;
}

async function encodeRange(
  codec: Codec,
  inputs: ImageInput[],
  range: Range,
  streams: Streams,
): Promise<Result> {
  const { output, start, end, quality, prior, chunk } = range;
  const progress = showProgress(streams, 'encoding', end - start);
  try {
    const images = counted(imagesOf(inputs, start, end), (done) => progress.update(done));
    const encoded = await writeWhole(output, streams, (write) =>
      codec.encodeContainer(images, { write }, { quality, prior, chunk, count: end - start }),
    );
    return { output, ...encoded, skipped: false };
  } finally {
    progress.stop();
  }
}

async function* counted(
  images: AsyncIterable<ImageBatch>,
  onCount: (done: number) => void,
): AsyncGenerator<ImageBatch, void, undefined> {
  let done = 0;
  for await (const batch of images) {
    yield batch;
    done += batch.count;
    onCount(done);
  }
}

/** A shard that an earlier job left whole: of this bundle, quality, prior and number of images. */
async function existing(
  codec: Codec,
  path: string,
  count: number,
  options: Settings,
): Promise<Result | undefined> {
  const { quality = codec.manifest.quality, prior = defaultPrior(codec.manifest) } = options;
  try {
    await using source = await openFileSource(path);
    const { header, imageCount } = await codec.openContainer(source);
    if (imageCount !== count || header.quality !== quality || header.prior !== prior) return undefined;
    const { chunks } = await readContainer(streamSource(source));
    for await (const _chunk of chunks);
    return { output: path, images: imageCount, bytes: source.size, quality, prior, skipped: true };
  } catch (error) {
    // Not there, of another bundle, or damaged: it is written anew.
    if (error instanceof ConvaeError) return undefined;
    throw error;
  }
}

function report(
  result: Result,
  { executionProvider }: Codec,
  { json }: EncodeCommandOptions,
  streams: Streams,
): void {
  const { output, images, bytes, quality, prior, skipped } = result;
  const bytesPerImage = images === 0 ? null : bytes / images;
  // Where the container itself goes to standard output, words go to standard error.
  const words: Streams = output === '-' ? { out: streams.err, err: streams.err } : streams;
  if (json) {
    printJson(words, { ...result, bytesPerImage, executionProvider });
    return;
  }
  const each = bytesPerImage === null ? '' : `, ${bytesPerImage.toFixed(2)} bytes an image`;
  const name = output === '-' ? 'standard output' : output;
  const there = skipped ? ' (was there already)' : '';
  words.out(
    `${name}: ${images} images, ${formatBytes(bytes)}${each}, quality ${quality}, ${prior} prior${there}\n`,
  );
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}
