import { type CodecOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { printJson, type Streams } from './output.js';

/**
 * `convae check BUNDLE`: reads the manifest, checks both hashes, loads both graphs and runs them once.
 * Loading a codec does all of that and throws at the first thing that is wrong.
 */
export async function runCheck(
  bundle: string,
  options: CodecOptions & { json?: boolean },
  streams: Streams,
): Promise<void> {
  await using codec = await loadWithOptions(bundle, options);
  const { manifest, executionProvider, passedOver } = codec;
  if (options.json) printJson(streams, { ok: true, name: manifest.name, executionProvider, passedOver });
  else
    streams.out(
      `${bundle}: ok. ${manifest.name}: manifest, hashes, graphs and a probe run on ${describeProvider(codec)}\n`,
    );
}
