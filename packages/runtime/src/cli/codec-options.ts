import { type Command, InvalidArgumentError } from 'commander';
import type { BundleSource } from '../bundle/source.js';
import type { Codec } from '../codec/codec.js';
import { NODE_PROVIDERS } from '../node/onnxruntime.js';
import type { ExecutionProvider } from '../provider/open-sessions.js';
import { counted } from './output.js';

/** What the options of {@link addCodecOptions} give, and `--json`. */
export interface CodecOptions {
  readonly provider?: ExecutionProvider[];
  readonly strict?: boolean;
  readonly threads?: number | undefined;
  readonly json?: boolean;
}

/** Options of the commands that read a bundle. */
export interface BundleOptions extends CodecOptions {
  readonly bundle: string;
}

/** Options of the commands that also write a file or folder. */
export interface OutputOptions extends BundleOptions {
  readonly output: string;
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
    .option(
      '--threads <n>',
      'threads: inside one run, and for encoding and decoding many images',
      integerIn(1, 256),
    );
}

/** Loads the codec that the options ask for. */
export async function loadWithOptions(
  bundle: BundleSource,
  { provider, strict, threads }: CodecOptions,
): Promise<Codec> {
  const { loadCodec } = await import('../node/load-codec.js');
  return loadCodec(bundle, { executionProviders: provider, strict, threads });
}

/** `3 images on cpu`, for people. */
export const imagesOn = (count: number, codec: Codec): string =>
  `${counted(count, 'image')} on ${describeProvider(codec)}`;

/** `cpu`, and which preferred providers were passed over, for people; a lossless codec has its kernel alone. */
export function describeProvider(codec: Codec): string {
  const { executionProvider, passedOver, lossless, contextKernel } = codec;
  if (lossless) return `the ${contextKernel} kernel`;
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

/** Reads an integer of an option. @throws InvalidArgumentError where it is none, or not in min..max. */
export function integerIn(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `in ${min}..${max}`;
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected an integer ${range}, received '${text}'`);
  };
}

/** Reads a number above 0 of an option. @throws InvalidArgumentError where it is none. */
export function positiveNumber(text: string): number {
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError(`expected a number above 0, received '${text}'`);
}
