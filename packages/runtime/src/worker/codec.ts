/// <reference lib="dom" />
import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import type { Manifest } from '../bundle/manifest.js';
import { isSequence, wrongKind } from '../checks.js';
import type {
  ContainerOptions,
  ContainerSummary,
  DecodedContainer,
  ImageSequence,
  PlacedImages,
} from '../codec/coding/index.js';
import type { CallOptions, Codec, OpenedContainer, OpenOptions } from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import type { Channel } from './channel.js';
import { remoteContainer } from './container.js';
import { callWithOptions, sendOptions } from './progress.js';
import {
  CODEC_TARGET,
  type CodecState,
  type DecodedMessage,
  type OpenedMessage,
  type PlainMethod,
  type SentSequence,
} from './protocol.js';
import { ending, exposeSequence, remoteSequence } from './sequences.js';

/** The codec behind a channel. */
export function createCodecOf(channel: Channel, manifest: Manifest, state: CodecState): Codec {
  const run = (method: PlainMethod, input: unknown, options?: CallOptions): Promise<never> =>
    callWithOptions(channel, CODEC_TARGET, 'run', [method, input], options) as Promise<never>;
  let disposal: Promise<void> | undefined;
  const dispose = (): Promise<void> => {
    disposal ??= disposeOf(channel);
    return disposal;
  };
  return {
    manifest,
    ...state,
    embed: (images, options) => run('embed', images, options),
    reconstruct: (latents, options) => run('reconstruct', latents, options),
    roundTrip: (images, options) => run('roundTrip', images, options),
    denoise: (images, options) => run('denoise', images, options),
    score: (images, options) => run('score', images, options),
    encode: (image, options) => run('encode', image, options),
    encodeBatch: (images, options) => run('encodeBatch', images, options),
    decode: (bytes, options) => run('decode', bytes, options),
    encodeContainer: (images, sink, options) => encodeContainer(channel, images, sink, options),
    decodeContainer: (stream, options) => decodeContainer(channel, stream, options),
    openContainer: (source, options) => openContainer(channel, source, options),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

async function encodeContainer(
  channel: Channel,
  images: ImageSequence,
  sink: ContainerSink,
  options: ContainerOptions = {},
): Promise<ContainerSummary> {
  const sequence = isSequence(images) ? exposeSequence(channel, images) : undefined;
  const sent: SentSequence = sequence === undefined ? { plain: images } : { target: sequence.target };
  // The result stays here: it may be something that cannot be sent.
  const target = channel.expose({ write: async (bytes: Uint8Array) => void (await sink.write(bytes)) });
  try {
    const args = [sent, target];
    return (await callWithOptions(
      channel,
      CODEC_TARGET,
      'encodeContainer',
      args,
      options,
    )) as ContainerSummary;
  } finally {
    // Stopped or not, nothing is read or written any more.
    channel.withdraw(target);
    sequence?.end();
  }
}

async function decodeContainer(
  channel: Channel,
  stream: AsyncIterable<Uint8Array>,
  options: CallOptions = {},
): Promise<DecodedContainer> {
  if (!isSequence(stream)) throw wrongKind('an iterable of bytes', 'stream', stream);
  const { signal } = options;
  const source = exposeSequence(channel, stream);
  const { sent, end } = sendOptions(channel, options);
  const endAll = (): void => {
    source.end();
    end();
  };
  try {
    const args = [source.target, sent];
    const opened = (await channel.call(CODEC_TARGET, 'decodeContainer', args, signal)) as DecodedMessage;
    const sequence = remoteSequence<PlacedImages>(channel, opened.images, signal);
    return { header: opened.header, images: ending(sequence, endAll) };
  } catch (error) {
    endAll();
    throw error;
  }
}

async function openContainer(
  channel: Channel,
  source: RandomAccessSource,
  options: OpenOptions = {},
): Promise<OpenedContainer> {
  const target = channel.expose({
    read: (offset: number, length: number) => source.read(offset, length),
  });
  try {
    const args = [target, source.size, { ...options }];
    const opened = (await channel.call(CODEC_TARGET, 'openContainer', args)) as OpenedMessage;
    return remoteContainer(channel, opened, target);
  } catch (error) {
    channel.withdraw(target);
    throw error;
  }
}

async function disposeOf(channel: Channel): Promise<void> {
  const reason = new ConvaeError('DISPOSED', 'the codec was used after dispose()');
  try {
    await channel.callLast(CODEC_TARGET, 'dispose', reason);
  } finally {
    channel.close(reason);
  }
}
