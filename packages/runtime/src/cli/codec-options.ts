import { type Command, InvalidArgumentError } from 'commander';
import type { Codec } from '../codec/codec.js';
import { loadCodec } from '../node/load-codec.js';
import { NODE_PROVIDERS } from '../node/onnxruntime.js';
import type { ExecutionProvider } from '../provider/open-sessions.js';
import { counted } from './output.js';

/** What the options of {@link addCodecOptions} give. */
export interface CodecOptions {
  readonly provider?: ExecutionProvider[];
  readonly strict?: boolean;
  readonly threads?: number;
}

/** Options of the commands that read a bundle. */
export interface BundleOptions extends CodecOptions {
  readonly bundle: string;
  readonly json?: boolean;
}

/** Adds the options that say how a codec is loaded. */
export function addCodecOptions(command: Command): Command {
  const names = NODE_PROVIDERS.join(', ');
  return command
    .option(
      '--provider <names>',
      `execution providers in order of preference: ${names} (comma-separated)`,
      parseProviders,
    )
    .option('--strict', 'fail where the first provider cannot run, instead of falling back')
    .option('--threads <n>', 'threads inside one run', parseCount);
}

/** Loads the codec that the options ask for. */
export function loadWithOptions(bundle: string, { provider, strict, threads }: CodecOptions): Promise<Codec> {
  return loadCodec(bundle, { executionProviders: provider, strict, threads });
}

/** `3 images on cpu`, for people. */
export const imagesOn = (count: number, codec: Codec): string =>
  `${counted(count, 'image')} on ${describeProvider(codec)}`;

/** `cpu`, and which preferred providers were passed over, for people. */
export function describeProvider({ executionProvider, passedOver }: Codec): string {
  const reasons = passedOver.map(({ provider, reason }) => `${provider}: ${reason}`);
  return reasons.length === 0
    ? executionProvider
    : `${executionProvider} (passed over ${reasons.join('; ')})`;
}

function parseProviders(text: string): ExecutionProvider[] {
  return text.split(',').map((name) => {
    const provider = NODE_PROVIDERS.find((known) => known === name.trim());
    if (provider === undefined)
      throw new InvalidArgumentError(`expected ${NODE_PROVIDERS.join(', ')}, received '${name}'`);
    return provider;
  });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > 256)
    throw new InvalidArgumentError(`expected an integer in 1..256, received '${text}'`);
  return Number(text);
}
