import type { PlacedImages } from '../codec/coding/index.js';
import type { Codec, OpenedContainer } from '../codec/interface.js';
import { ConvaeError, UsageError } from '../errors.js';
import { checkImagePath, encodeImageFile } from '../node/image-files.js';
import { loadWithOptions, type OutputOptions } from './codec-options.js';
import { withContainer } from './container-input.js';
import { writeWhole } from './destination.js';
import type { IdxCount } from './idx-count.js';
import { isIdxOutput, writeIdxOutput, writePngOutput } from './image-outputs.js';
import { nameOf, printResult, refuseOverwriting, type Streams, wordsBeside } from './output.js';
import { type Progress, showProgress } from './progress.js';

/** Options of `convae decode`. */
export interface DecodeCommandOptions extends OutputOptions {
  readonly salvage?: boolean;
}

/** `convae decode FILE -o DIR-or-FILE.idx --bundle B`: a container into PNG files or one IDX file. */
export async function runDecode(
  input: string,
  options: DecodeCommandOptions,
  streams: Streams,
): Promise<void> {
  const { output, salvage = false } = options;
  await withOpened(input, options, streams, async (container, codec, bytes) => {
    const counted: IdxCount =
      salvage && isIdxOutput(output)
        ? await (await import('./idx-count.js')).salvagedCount(container, bytes, options.bundle)
        : { count: container.imageCount };
    await writeImages(container, counted.count, output, streams);
    const problems = [...container.problems, ...(counted.problem ? [counted.problem] : [])];
    report(container, problems, options, codec, streams);
  });
}

/** Runs a task on the opened container and the codec that decodes it. */
async function withOpened(
  input: string,
  { bundle, output, salvage = false, ...options }: DecodeCommandOptions,
  streams: Streams,
  task: (container: OpenedContainer, codec: Codec, bytes: number) => Promise<void>,
): Promise<void> {
  refuseOverwriting([input], output);
  await using codec = await loadWithOptions(bundle, { threads: streams.threads, ...options });
  try {
    await withContainer(input, streams, async (source) =>
      task(await codec.openContainer(source, { salvage }), codec, source.size),
    );
  } catch (error) {
    throw salvage ? error : withHint(error);
  }
}

/** Where damage ended a task, the error says that there is `--salvage`. */
function withHint(error: unknown): unknown {
  const damaged =
    error instanceof ConvaeError && ['CHECKSUM_MISMATCH', 'DATA_TRUNCATED'].includes(error.code);
  if (!damaged) return error;
  return new ConvaeError(error.code, `${error.message} (--salvage takes what is whole)`, { cause: error });
}

async function writeImages(
  container: OpenedContainer,
  count: number,
  output: string,
  streams: Streams,
): Promise<void> {
  const progress = showProgress(streams, 'decoding', count);
  const decoded = { ...container.header, count, images: withProgress(container, progress) };
  try {
    if (isIdxOutput(output)) await writeIdxOutput(output, decoded, streams);
    else await writePngOutput(output, decoded);
  } finally {
    progress.stop();
  }
}

async function* withProgress(
  container: OpenedContainer,
  progress: Progress,
): AsyncGenerator<PlacedImages, void, undefined> {
  let decoded = 0;
  for await (const placed of container.images({ onProgress: progress.update })) {
    yield placed;
    decoded += placed.images.count;
    progress.update(placed.firstImage + placed.images.count);
  }
  if (decoded === 0) refuseNothing(container);
}

/** @throws ConvaeError where there were images, or may have been, and salvaging saved none of them. */
function refuseNothing({ imageCount, problems }: OpenedContainer): void {
  if (imageCount === 0 && problems.length === 0) return;
  const why = problems.length > 0 ? problems.map(({ message }) => message).join('; ') : 'no chunk is whole';
  throw new ConvaeError('DATA_INVALID', `nothing of the container could be salvaged: ${why}`);
}

function report(
  { imageCount, lost }: OpenedContainer,
  problems: readonly ConvaeError[],
  options: DecodeCommandOptions,
  { executionProvider }: Codec,
  streams: Streams,
): void {
  const gone = lost.reduce((sum, gap) => sum + gap.imageCount, 0);
  const images = imageCount - gone;
  const { output, json } = options;
  const messages = problems.map(({ code, message }) => ({ code, message }));
  if (!json) {
    for (const { message } of problems) streams.err(`convae: ${message}\n`);
    for (const { firstImage, imageCount: count } of lost)
      streams.err(`convae: lost: images ${firstImage} to ${firstImage + count - 1}\n`);
  }
  const result = { output, images, lost, problems: messages, executionProvider };
  printResult(wordsBeside(output, streams), options, result, `${nameOf(output)}: ${images} images`);
}

/** Options of `convae extract`. */
export interface ExtractCommandOptions extends DecodeCommandOptions {
  readonly index: number;
}

/** `convae extract FILE --index I -o X.png --bundle B`: one image of a container; it costs reading one chunk. */
export async function runExtract(
  input: string,
  options: ExtractCommandOptions,
  streams: Streams,
): Promise<void> {
  const { output, index } = options;
  checkImagePath(output);
  await withOpened(input, options, streams, async (container) => {
    if (index >= container.imageCount)
      throw new UsageError(`expected less than ${container.imageCount} for --index, received ${index}`);
    const file = await encodeImageFile(await container.decodeAt(index), 0, output);
    await writeWhole(output, streams, (write) => write(file));
  });
  const words = `${nameOf(output)}: image ${index}`;
  printResult(wordsBeside(output, streams), options, { output, index }, words);
}
