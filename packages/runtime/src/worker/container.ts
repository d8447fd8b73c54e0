/// <reference lib="dom" />
import type { LostChunk, PlacedImages } from '../codec/coding/index.js';
import type { OpenedContainer } from '../codec/interface.js';
import type { ConvaeError } from '../errors.js';
import type { ImageBatch } from '../image.js';
import { unpackError } from '../messages/errors.js';
import type { Channel } from './channel.js';
import { callWithOptions, sendOptions } from './progress.js';
import { CODEC_TARGET, type OpenedMessage } from './protocol.js';
import { ending, remoteSequence } from './sequences.js';

/**
 * A container that was opened in a worker.
 * @param source The number by which the worker reads the container's bytes.
 */
export function remoteContainer(channel: Channel, opened: OpenedMessage, source: number): OpenedContainer {
  const { target, problems, ...shown } = opened;
  const container: OpenedContainer & { lost: readonly LostChunk[] } = {
    ...shown,
    problems: problems.map((problem) => unpackError(problem) as ConvaeError),
    decodeAt: async (image, options) =>
      (await callWithOptions(channel, target, 'decodeAt', [image], options)) as ImageBatch,
    images: async function* (options = {}) {
      const { signal } = options;
      const { sent, end } = sendOptions(channel, options);
      const sequence = (await channel.call(target, 'images', [sent], signal)) as number;
      const items = remoteSequence<PlacedImages>(channel, sequence, signal, ({ lost }) => {
        if (lost !== undefined) container.lost = lost as readonly LostChunk[];
      });
      yield* ending(items, end);
    },
  };
  forgotten.register(container, { channel, target, source });
  return container;
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
