import { type Prior, readContainer } from '../bitstream/index.js';
import { defaultPrior } from '../bundle/default-prior.js';
import type { Codec } from '../codec/codec.js';
import type { ContainerSummary } from '../codec/coding/index.js';
import { qualityCount } from '../entropy/quantizer.js';
import { ConvaeError, UsageError } from '../errors.js';
import { openFileSource, streamSource } from '../node/byte-files.js';
import { loadWithOptions, type OutputOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { checkStandardInput, type ImageInput, imagesOf, openInputs } from './image-inputs.js';
import { formatBytes, nameOf, printResult, refuseOverwriting, type Streams, wordsBeside } from './output.js';
import { showProgress } from './progress.js';
import { type Shard, shardPath, shardRange } from './shard.js';

/** Options of `convae encode`. */
export interface EncodeCommandOptions extends OutputOptions {
  readonly quality?: number;
  readonly bytes?: number;
  readonly psnr?: number;
  readonly prior?: Prior;
  readonly effort?: number;
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
  given: EncodeCommandOptions,
  streams: Streams,
): Promise<void> {
  const { shard } = given;
  const options = shard ? { ...given, output: shardPath(given.output, shard) } : given;
  checkPaths(inputs, options);
  await using codec = await loadWithOptions(options.bundle, { threads: streams.threads, ...options });
  checkSettings(codec, options);
  const opened = await openInputs(inputs, codec.manifest.image.channels, streams.stdin);
  const total = opened.reduce((sum, { count }) => sum + count, 0);
  const range: Range = shard ? shardRange(shard, total) : [0, total];
  const there = shard && options.output !== '-' ? await existing(codec, range, options) : undefined;
  const quality = await qualityFor(codec, opened, options);
  const result = there ?? (await encodeRange(codec, opened, range, { ...options, quality }, streams));
  report(result, codec, options, streams);
}

/** The quality that was named, or the one that serves what the images are to reach. */
async function qualityFor(
  codec: Codec,
  inputs: readonly ImageInput[],
  { quality, bytes, psnr, prior, effort, chunk }: EncodeCommandOptions,
): Promise<number | undefined> {
  if (bytes === undefined && psnr === undefined) return quality;
  const { chooseQuality } = await import('../codec/choose-quality.js');
  const images = { [Symbol.asyncIterator]: () => imagesOf(inputs) };
  const target = bytes === undefined ? { psnr: psnr! } : { bytes };
  return (await chooseQuality(codec, images, target, { prior, effort, chunk, container: true })).quality;
}

function checkPaths(inputs: readonly string[], { output, shard, bytes, psnr }: EncodeCommandOptions): void {
  checkStandardInput(inputs);
  if ((bytes ?? psnr) !== undefined && (shard || inputs.includes('-')))
    throw new UsageError(
      '--bytes and --psnr try all images at several qualities: they need files, and no --shard',
    );
  if (shard && inputs.includes('-'))
    throw new UsageError('--shard needs files: standard input (-) cannot be read by several jobs');
  refuseOverwriting(inputs, output);
}

function checkSettings({ manifest, lossless }: Codec, { quality, prior }: EncodeCommandOptions): void {
  const { quantizer, context, name } = manifest;
  if (lossless && (quality ?? 0) > 0)
    throw new UsageError(`expected 0 for --quality of ${name}, which is lossless, received ${quality}`);
  if (lossless && prior === 'factorized')
    throw new UsageError(`expected context for --prior of ${name}, which is lossless`);
  if (prior === 'context' && context === undefined)
    throw new UsageError(`expected factorized for --prior: ${name} has no context model`);
  if (quality === undefined || quantizer === undefined || quality < qualityCount(quantizer)) return;
  throw new UsageError(
    `expected 0 to ${qualityCount(quantizer) - 1} for --quality of ${name}, received ${quality}`,
  );
}

/** What is known of the options when the quality is. */
type EncodeSettings = Pick<EncodeCommandOptions, 'output' | 'prior' | 'effort' | 'chunk'> & {
  readonly quality: number | undefined;
};

/** Images of all inputs together, the last one exclusive. */
type Range = [start: number, end: number];

async function encodeRange(
  codec: Codec,
  inputs: ImageInput[],
  [start, end]: Range,
  { output, quality, prior, effort, chunk }: EncodeSettings,
  streams: Streams,
): Promise<Result> {
  const progress = showProgress(streams, 'encoding', end - start);
  try {
    const options = { quality, prior, effort, chunk, count: end - start, onProgress: progress.update };
    const encoded = await writeWhole(output, streams, (write) =>
      codec.encodeContainer(imagesOf(inputs, start, end), { write }, options),
    );
    return { output, ...encoded, skipped: false };
  } finally {
    progress.stop();
  }
}

/** A shard that an earlier job left whole: of this bundle, quality, prior and number of images. */
async function existing(
  codec: Codec,
  [start, end]: Range,
  options: EncodeCommandOptions,
): Promise<Result | undefined> {
  const { output, quality = codec.manifest.quality ?? 0, prior = defaultPrior(codec.manifest) } = options;
  try {
    await using source = await openFileSource(output);
    const { header, imageCount } = await codec.openContainer(source);
    if (imageCount !== end - start || header.quality !== quality || header.prior !== prior) return undefined;
    const { chunks } = await readContainer(streamSource(source));
    for await (const _chunk of chunks);
    return { output, images: imageCount, bytes: source.size, quality, prior, skipped: true };
  } catch (error) {
    // Not there, of another bundle, or damaged: it is written again.
    if (error instanceof ConvaeError) return undefined;
    throw error;
  }
}

function report(
  result: Result,
  { executionProvider }: Codec,
  options: EncodeCommandOptions,
  streams: Streams,
): void {
  const { output, images, bytes, quality, prior, skipped } = result;
  const bytesPerImage = images === 0 ? null : bytes / images;
  const each = bytesPerImage === null ? '' : `, ${bytesPerImage.toFixed(2)} bytes an image`;
  const there = skipped ? ' (was there already)' : '';
  const words = `${nameOf(output)}: ${images} images, ${formatBytes(bytes)}${each}, quality ${quality}, ${prior} prior${there}`;
  printResult(wordsBeside(output, streams), options, { ...result, bytesPerImage, executionProvider }, words);
}
