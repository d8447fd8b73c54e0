import type { Channel, Methods } from './channel.js';

/** Methods by which the other side takes the items of a sequence one by one. */
export function sequenceMethods(sequence: Iterable<unknown> | AsyncIterable<unknown>): Methods {
  const iterator =
    Symbol.asyncIterator in sequence ? sequence[Symbol.asyncIterator]() : sequence[Symbol.iterator]();
  return {
    next: async () => {
      const { done, value } = await iterator.next();
      return { done: done === true, value };
    },
    return: async () => {
      await iterator.return?.();
    },
  };
}

/** One answer of a remote sequence, and what is lost by then where it is a container's. */
export interface RemoteItem {
  readonly done: boolean;
  readonly value: unknown;
  readonly lost?: unknown;
}

/** The sequence behind {@link sequenceMethods} on the other side. */
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
    // Left early, it has to be ended over there; what goes wrong with that is not what the caller wants to hear.
    if (!done) await channel.call(target, 'return', []).catch(() => undefined);
  }
}

/** Whether something can be gone through item by item. */
export function isSequence(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
