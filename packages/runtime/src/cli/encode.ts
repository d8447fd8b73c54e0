import { type Prior, readContainer } from '../bitstream/index.js';
import { defaultPrior } from '../bundle/manifest.js';
import type { Codec } from '../codec/codec.js';
import type { ContainerSummary } from '../codec/coding/index.js';
import { ConvaeError, UsageError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { openFileSource, streamSource } from '../node/byte-files.js';
import { type BundleOptions, loadWithOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { checkStandardInput, type ImageInput, imagesOf, openInputs } from './image-inputs.js';
import { formatBytes, nameOf, printJson, refuseOverwriting, type Streams, wordsBeside } from './output.js';
import { showProgress } from './progress.js';
import { type Shard, shardPath, shardRange } from './shard.js';

/** Options of `convae encode`. */
export interface EncodeCommandOptions extends BundleOptions {
  readonly output: string;
  readonly quality?: number;
  readonly prior?: Prior;
  readonly chunk?: number;
  readonly shard?: Shard;
}

interface Result extends ContainerSummary {
  readonly output: string;
  /** True where an earlier job has written the shard. */
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
  const opened = await openInputs(inputs, codec.manifest.image.channels, streams.stdin);
  const [start, end] = rangeOf(opened, options.shard);
  const there =
    options.shard && output !== '-' ? await existing(codec, output, end - start, options) : undefined;
  const result = there ?? (await encodeRange(codec, opened, { ...options, output, start, end }, streams));
  report(result, codec, options, streams);
}

function checkPaths(inputs: readonly string[], output: string, { shard }: EncodeCommandOptions): void {
  checkStandardInput(inputs);
  if (shard && inputs.includes('-'))
    throw new UsageError('--shard needs files: standard input (-) cannot be read by several jobs');
  refuseOverwriting(inputs, output);
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
  const total = inputs.reduce((sum, { count }) => sum + count, 0);
  return shard ? shardRange(shard, total) : [0, total];
}

interface Range extends Pick<EncodeCommandOptions, 'output' | 'quality' | 'prior' | 'chunk'> {
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
    // Not there, of another bundle, or damaged: it is written again.
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
  const words = wordsBeside(output, streams);
  if (json) {
    printJson(words, { ...result, bytesPerImage, executionProvider });
    return;
  }
  const each = bytesPerImage === null ? '' : `, ${bytesPerImage.toFixed(2)} bytes an image`;
  const there = skipped ? ' (was there already)' : '';
  words.out(
    `${nameOf(output)}: ${images} images, ${formatBytes(bytes)}${each}, quality ${quality}, ${prior} prior${there}\n`,
  );
}
