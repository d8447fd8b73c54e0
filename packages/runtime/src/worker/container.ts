/// <reference lib="dom" />
import type { ContainerHeader } from '../bitstream/index.js';
import type { LostChunk, PlacedImages } from '../codec/coding/index.js';
import type { CallOptions, OpenedContainer } from '../codec/interface.js';
import type { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import type { Channel } from './channel.js';
import { unpackError } from './errors.js';
import { CODEC_TARGET, type OpenedMessage } from './protocol.js';
import { remoteSequence } from './sequences.js';

/** A container that was opened in a worker. */
export class RemoteContainer implements OpenedContainer {
  readonly header: ContainerHeader;
  readonly imageCount: number;
  readonly problems: readonly ConvaeError[];
  readonly #channel: Channel;
  readonly #target: number;
  #lost: readonly LostChunk[];

  /** @param source The number by which the worker reads the container's bytes. */
  constructor(
    channel: Channel,
    { header, imageCount, lost, problems, target }: OpenedMessage,
    source: number,
  ) {
    this.header = header;
    this.imageCount = imageCount;
    this.problems = problems.map((problem) => unpackError(problem) as ConvaeError);
    this.#channel = channel;
    this.#target = target;
    this.#lost = lost;
    forgotten.register(this, { channel, target, source });
  }

  get lost(): readonly LostChunk[] {
    return this.#lost;
  }

  async decodeAt(image: number, { signal }: CallOptions = {}): Promise<ImageBatch> {
    return (await this.#channel.call(this.#target, 'decodeAt', [image], signal)) as ImageBatch;
  }

  async *images({ signal }: CallOptions = {}): AsyncGenerator<PlacedImages, void, undefined> {
    const sequence = (await this.#channel.call(this.#target, 'images', [], signal)) as number;
    yield* remoteSequence<PlacedImages>(this.#channel, sequence, signal, ({ lost }) => {
      if (lost !== undefined) this.#lost = lost as readonly LostChunk[];
    });
  }
}

/** Lets the worker forget containers that nobody holds any more: they have no end of their own. */
const forgotten = new FinalizationRegistry<{
  channel: Channel;
  target: number;
  source: number;
}>(({ channel, target, source }) => {
  channel.withdraw(source);
  channel.call(CODEC_TARGET, 'forget', [target]).catch(() => undefined);
});
