/// <reference lib="dom" />
import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import type { Manifest } from '../bundle/manifest.js';
import type {
  ContainerOptions,
  ContainerSummary,
  DecodedContainer,
  EncodeOptions,
  ImageSequence,
  PlacedImages,
} from '../codec/coding/index.js';
import type {
  CallOptions,
  Codec,
  OpenedContainer,
  OpenOptions,
  OutputOptions,
  ReconstructOptions,
  RoundTrip,
} from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import { type FloatImageBatch, type ImageBatch, type Images, kindOf, type LatentBatch } from '../image.js';
import type { ExecutionProvider, PassedOver } from '../provider/open-sessions.js';
import type { Channel } from './channel.js';
import { RemoteContainer } from './container.js';
import {
  CODEC_TARGET,
  type CodecState,
  type OpenedMessage,
  type PlainMethod,
  type SentSequence,
} from './protocol.js';
import { type ExposedSequence, exposeSequence, isSequence, remoteSequence } from './sequences.js';

/** A codec that runs in a worker. */
export class WorkerCodec implements Codec {
  readonly manifest: Manifest;
  readonly #channel: Channel;
  #state: CodecState;
  #disposal: Promise<void> | undefined;

  constructor(channel: Channel, manifest: Manifest, state: CodecState) {
    this.manifest = manifest;
    this.#channel = channel;
    this.#state = state;
  }

  get executionProvider(): ExecutionProvider {
    return this.#state.executionProvider;
  }

  get passedOver(): readonly PassedOver[] {
    return this.#state.passedOver;
  }

  get threads(): number | undefined {
    return this.#state.threads;
  }

  get contextKernel(): Codec['contextKernel'] {
    return this.#state.contextKernel;
  }

  get notices(): readonly string[] {
    return this.#state.notices;
  }

  /** Takes what the worker says of its codec. */
  update(state: CodecState): void {
    this.#state = state;
  }

  embed(images: Images, options: CallOptions = {}): Promise<LatentBatch> {
    return this.#run('embed', images, options);
  }

  reconstruct(
    latents: LatentBatch,
    options: ReconstructOptions & { output: 'float32' },
  ): Promise<FloatImageBatch>;
  reconstruct(
    latents: LatentBatch,
    options?: ReconstructOptions & { output?: 'uint8' | undefined },
  ): Promise<ImageBatch>;
  reconstruct(latents: LatentBatch, options: ReconstructOptions = {}): Promise<ImageBatch | FloatImageBatch> {
    return this.#run('reconstruct', latents, options);
  }

  roundTrip(
    images: Images,
    options: OutputOptions & { output: 'float32' },
  ): Promise<RoundTrip<FloatImageBatch>>;
  roundTrip(
    images: Images,
    options?: OutputOptions & { output?: 'uint8' | undefined },
  ): Promise<RoundTrip<ImageBatch>>;
  roundTrip(images: Images, options: OutputOptions = {}): Promise<RoundTrip<ImageBatch | FloatImageBatch>> {
    return this.#run('roundTrip', images, options);
  }

  denoise(images: Images, options: OutputOptions & { output: 'float32' }): Promise<FloatImageBatch>;
  denoise(images: Images, options?: OutputOptions & { output?: 'uint8' | undefined }): Promise<ImageBatch>;
  denoise(images: Images, options: OutputOptions = {}): Promise<ImageBatch | FloatImageBatch> {
    return this.#run('denoise', images, options);
  }

  score(images: Images, options: CallOptions = {}): Promise<Float64Array> {
    return this.#run('score', images, options);
  }

  encode(image: Images, options: EncodeOptions = {}): Promise<Uint8Array> {
    return this.#run('encode', image, options);
  }

  encodeBatch(images: Images, options: EncodeOptions = {}): Promise<Uint8Array[]> {
    return this.#run('encodeBatch', images, options);
  }

  decode(bytes: Uint8Array, options: CallOptions = {}): Promise<ImageBatch> {
    return this.#run('decode', bytes, options);
  }

  async encodeContainer(
    images: ImageSequence,
    sink: ContainerSink,
    options: ContainerOptions = {},
  ): Promise<ContainerSummary> {
    const channel = this.#channel;
    const { signal, ...rest } = options;
    const sequence = isSequence(images) ? exposeSequence(channel, images) : undefined;
    const sent: SentSequence = sequence === undefined ? { plain: images } : { target: sequence.target };
    // What it returns stays here: it need not be something that can be sent.
    const target = channel.expose({ write: async (bytes: Uint8Array) => void (await sink.write(bytes)) });
    try {
      const args = [sent, target, rest];
      return (await channel.call(CODEC_TARGET, 'encodeContainer', args, signal)) as ContainerSummary;
    } finally {
      // Stopped or not, nothing is read or written any more.
      channel.withdraw(target);
      sequence?.end();
    }
  }

  async decodeContainer(
    stream: AsyncIterable<Uint8Array>,
    { signal }: CallOptions = {},
  ): Promise<DecodedContainer> {
    if (!isSequence(stream))
      throw new TypeError(`expected an iterable of bytes for stream, received ${kindOf(stream)}`);
    const channel = this.#channel;
    const source = exposeSequence(channel, stream);
    try {
      const { header, images } = (await channel.call(
        CODEC_TARGET,
        'decodeContainer',
        [source.target],
        signal,
      )) as {
        header: DecodedContainer['header'];
        images: number;
      };
      const sequence = remoteSequence<PlacedImages>(channel, images, signal);
      return { header, images: ending(sequence, source) };
    } catch (error) {
      source.end();
      throw error;
    }
  }

  async openContainer(source: RandomAccessSource, options: OpenOptions = {}): Promise<OpenedContainer> {
    const channel = this.#channel;
    const target = channel.expose({
      read: (offset: number, length: number) => source.read(offset, length),
    });
    try {
      const args = [target, source.size, { ...options }];
      const opened = (await channel.call(CODEC_TARGET, 'openContainer', args)) as OpenedMessage;
      return new RemoteContainer(channel, opened, target);
    } catch (error) {
      channel.withdraw(target);
      throw error;
    }
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(): Promise<void> {
    const reason = new ConvaeError('DISPOSED', 'the codec was used after dispose()');
    try {
      await this.#channel.callLast(CODEC_TARGET, 'dispose', reason);
    } finally {
      this.#channel.close(reason);
    }
  }

  async #run<T>(method: PlainMethod, first: unknown, options: CallOptions): Promise<T> {
    const { signal, ...rest } = options;
    return (await this.#channel.call(CODEC_TARGET, 'run', [method, [first, rest]], signal)) as T;
  }
}

/** A sequence that no more reads the stream behind it once it has ended. */
async function* ending<T>(
  sequence: AsyncGenerator<T>,
  source: ExposedSequence,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* sequence;
  } finally {
    source.end();
  }
}
