import { checkImagePath, encodeImageFile, readImageFile } from '../node/image-files.js';
import { describeProvider, loadWithOptions, type OutputOptions } from './codec-options.js';
import { writeWhole } from './destination.js';
import { nameOf, printResult, refuseOverwriting, type Streams, wordsBeside } from './output.js';

/** `convae denoise IN -o X.png --bundle B`: an image file without its noise, with a bundle trained to remove it. */
export async function runDenoise(input: string, options: OutputOptions, streams: Streams): Promise<void> {
  const { output } = options;
  refuseOverwriting([input], output);
  checkImagePath(output);
  await using codec = await loadWithOptions(options.bundle, options);
  const noisy = await readImageFile(input, codec.manifest.image.channels);
  const file = await encodeImageFile(await codec.denoise(noisy), 0, output);
  await writeWhole(output, streams, (write) => write(file));
  const { executionProvider, passedOver } = codec;
  const { height, width } = noisy;
  const result = { input, output, height, width, executionProvider, passedOver };
  const words = `${nameOf(output)}: ${width}×${height} on ${describeProvider(codec)}`;
  printResult(wordsBeside(output, streams), options, result, words);
}
