import { type CodecOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { printResult, type Streams } from './output.js';

/**
 * `convae check BUNDLE`: reads the manifest, checks both hashes, loads both graphs and runs them once.
 * Loading a codec does all of that and throws at the first thing that is wrong. A lossless bundle has a model, no graphs.
 */
export async function runCheck(bundle: string, options: CodecOptions, streams: Streams): Promise<void> {
  await using codec = await loadWithOptions(bundle, options);
  const { executionProvider, passedOver } = codec;
  const { name } = codec.manifest;
  const tried = codec.lossless ? 'hashes and pixel context model' : 'hashes, graphs and a probe run';
  const words = `${bundle}: ok. ${name}: manifest, ${tried} on ${describeProvider(codec)}`;
  printResult(streams, options, { ok: true, name, executionProvider, passedOver }, words);
}
