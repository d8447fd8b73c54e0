import { mkdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { Codec } from '../codec/codec.js';
import { meanSquaredError, psnrOf } from '../codec/distortion.js';
import { ConvaeError, UsageError } from '../errors.js';
import { encodePng, readImageFile, readImageSize } from '../node/image-files.js';
import { imagesOn, loadWithOptions, type OutputOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { expandFolders } from './image-inputs.js';
import { printJson, printTable, type Streams } from './output.js';

interface Job {
  readonly input: string;
  readonly output: string;
}

interface Result extends Job {
  readonly height: number;
  readonly width: number;
  readonly mse: number;
  /** Null where the pictures are equal: the PSNR is infinite then. */
  readonly psnr: number | null;
}

/** `convae reconstruct IN… -o DIR --bundle B`: image files through both networks, PNG files out. */
export async function runReconstruct(
  inputs: string[],
  options: OutputOptions,
  streams: Streams,
): Promise<void> {
  const jobs = planJobs(await expandFolders(inputs), options.output);
  await using codec = await loadWithOptions(options.bundle, options);
  // All inputs are looked at before the first output is written.
  for (const { input } of jobs) await checkSize(input, codec);
  await mkdir(options.output, { recursive: true });
  const results: Result[] = [];
  for (const job of jobs) results.push(await reconstructFile(job, codec, streams));
  const { executionProvider, passedOver } = codec;
  if (options.json) printJson(streams, { executionProvider, passedOver, images: results });
  else printResults(results, codec, streams);
}

/** Every input gets an output of its own, and no output is one of the inputs. */
function planJobs(inputs: readonly string[], folder: string): Job[] {
  const sources = new Set(inputs.map((input) => resolve(input)));
  const taken = new Map<string, string>();
  return inputs.map((input) => {
    const output = join(folder, `${basename(input, extname(input))}.png`);
    const other = taken.get(output);
    if (other !== undefined) throw new UsageError(`${other} and ${input} would both be written to ${output}`);
    if (sources.has(resolve(output)))
      throw new UsageError(`${output} would overwrite an input: choose another folder for -o`);
    taken.set(output, input);
    return { input, output };
  });
}

async function checkSize(path: string, { manifest }: Codec): Promise<void> {
  const { height, width } = await readImageSize(path);
  const { image } = manifest;
  if (image.anySize || (height === image.height && width === image.width)) return;
  const sizes = `${manifest.name} takes ${image.width}×${image.height} images only`;
  throw new ConvaeError('SHAPE_MISMATCH', `${path} is ${width}×${height}, ${sizes}`);
}

async function reconstructFile(job: Job, codec: Codec, streams: Streams): Promise<Result> {
  const original = await readImageFile(job.input, codec.manifest.image.channels);
  const { images } = await codec.roundTrip(original);
  const png = await encodePng(images);
  await writeWhole(job.output, streams, (write) => write(png));
  const mse = meanSquaredError(original, images);
  const { height, width } = original;
  return { ...job, height, width, mse, psnr: mse === 0 ? null : psnrOf(mse) };
}

function printResults(results: readonly Result[], codec: Codec, streams: Streams): void {
  const rows = results.map(({ input, output, width, height, psnr }) => [
    input,
    `${width}×${height}`,
    psnr === null ? 'equal' : `${psnr.toFixed(2)} dB`,
    output,
  ]);
  printTable(streams, [['image', 'size', 'PSNR', 'written to'], ...rows]);
  streams.out(`${imagesOn(results.length, codec)}\n`);
}
