import type { Channel } from './channel.js';

/** A sequence that the other side takes item by item. */
export interface ExposedSequence {
  readonly target: number;
  /** Ends the sequence, unless it has ended itself. */
  end(): void;
}

/**
 * Lets the other side take the items of a sequence with {@link remoteSequence}.
 * @param around Stands around every step of the sequence.
 * @param stop Stops a step under way, where the other side ends the sequence early.
 */
export function exposeSequence(
  channel: Channel,
  sequence: Iterable<unknown> | AsyncIterable<unknown>,
  around: (step: () => Promise<RemoteItem>) => Promise<RemoteItem> = (step) => step(),
  stop?: () => void,
): ExposedSequence {
  const iterator =
    Symbol.asyncIterator in sequence ? sequence[Symbol.asyncIterator]() : sequence[Symbol.iterator]();
  let ended = false;
  const step = async (): Promise<RemoteItem> => {
    try {
      const { done = false, value } = await iterator.next();
      ended ||= done;
      if (done) channel.withdraw(target);
      return { done, value };
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const finish = async (): Promise<void> => {
    channel.withdraw(target);
    if (ended) return;
    ended = true;
    stop?.();
    await iterator.return?.();
  };
  const target = channel.expose({ next: () => around(step), return: finish });
  // The caller does not need to hear of errors here.
  return { target, end: () => void finish().catch(() => undefined) };
}

/** One answer of a remote sequence, and what is lost by then where it is a container's. */
export interface RemoteItem {
  readonly done: boolean;
  readonly value: unknown;
  readonly lost?: unknown;
}

/** The sequence behind {@link exposeSequence} on the other side. */
export async function* remoteSequence<T>(
  channel: Channel,
  target: number,
  signal?: AbortSignal,
  onItem?: (item: RemoteItem) => void,
): AsyncGenerator<T, void, undefined> {
  let done = false;
  try {
    for (;;) {
      const item = (await channel.call(target, 'next', [], signal)) as RemoteItem;
      onItem?.(item);
      done = item.done;
      if (done) return;
      yield item.value as T;
    }
  } finally {
    // Left early, it must end over there; the caller does not need to hear of errors here.
    if (!done) await channel.call(target, 'return', []).catch(() => undefined);
  }
}

/** The sequence; what stands behind it ends with it. */
export async function* ending<T>(
  sequence: AsyncGenerator<T>,
  end: () => void,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* sequence;
  } finally {
    end();
  }
}
