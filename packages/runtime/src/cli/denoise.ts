import { encodePng, readImageFile } from '../node/image-files.js';
import { type BundleOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { nameOf, printJson, refuseOverwriting, type Streams, wordsBeside } from './output.js';

/** Options of `convae denoise`. */
export interface DenoiseCommandOptions extends BundleOptions {
  readonly output: string;
}

/** `convae denoise IN -o X.png --bundle B`: an image file without its noise, with a bundle trained to remove it. */
export async function runDenoise(
  input: string,
  options: DenoiseCommandOptions,
  streams: Streams,
): Promise<void> {
  const { output } = options;
  refuseOverwriting([input], output);
  await using codec = await loadWithOptions(options.bundle, options);
  const noisy = await readImageFile(input, codec.manifest.image.channels);
  const png = await encodePng(await codec.denoise(noisy));
  await writeWhole(output, streams, (write) => write(png));
  const { executionProvider, passedOver } = codec;
  const { height, width } = noisy;
  const words = wordsBeside(output, streams);
  if (options.json) printJson(words, { input, output, height, width, executionProvider, passedOver });
  else words.out(`${nameOf(output)}: ${width}×${height} on ${describeProvider(codec)}\n`);
}
