import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { encodePng, readImageFile } from '../node/image-files.js';
import { type CodecOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { printJson, type Streams } from './output.js';

/** Options of `convae denoise`. */
export interface DenoiseCommandOptions extends CodecOptions {
  readonly bundle: string;
  readonly output: string;
  readonly json?: boolean;
}

/** `convae denoise IN -o X.png --bundle B`: an image file without its noise, by a bundle that was trained to. */
export async function runDenoise(
  input: string,
  options: DenoiseCommandOptions,
  streams: Streams,
): Promise<void> {
  const { output } = options;
  if (resolve(input) === resolve(output)) throw new UsageError(`${output} would overwrite the input`);
  await using codec = await loadWithOptions(options.bundle, options);
  const noisy = await readImageFile(input, codec.manifest.image.channels);
  const png = await encodePng(await codec.denoise(noisy));
  await writeWhole(output, streams, (write) => write(png));
  const { executionProvider, passedOver } = codec;
  const { height, width } = noisy;
  const words: Streams = output === '-' ? { out: streams.err, err: streams.err } : streams;
  if (options.json) printJson(words, { input, output, height, width, executionProvider, passedOver });
  else
    words.out(
      `${output === '-' ? 'standard output' : output}: ${width}×${height} on ${describeProvider(codec)}\n`,
    );
}
