/** Something to read whose size is known before. */
export interface Item {
  /** Bytes that it holds until its result is taken. */
  readonly bytes: number;
}

/** An item whose beginning was read: the size of the rest is known. */
export interface Begun<R> extends Item {
  finish(): Promise<R>;
}

/** Items under way at once, the one that is needed next among them. */
const MAX_ITEMS = 8;
/** Most bytes that they hold, or the one that is needed next: seven photographs of twelve megapixels. */
const MAX_BYTES = 512 << 20;

/**
 * Reads items and gives their results in order, the next ones already under way. What they hold together is bounded:
 * few large ones are read at once, or one.
 */
export async function* readAhead<T extends Item, R>(
  items: readonly T[],
  begin: (item: T) => Promise<Begun<R>>,
  maxBytes = MAX_BYTES,
): AsyncGenerator<R, void, undefined> {
  const begun: { readonly bytes: number; readonly rest: Promise<Begun<R>> }[] = [];
  const finishing: { readonly bytes: number; readonly result: Promise<R> }[] = [];
  let held = 0;
  for (let next = 0; ; ) {
    while (next < items.length && begun.length + finishing.length < MAX_ITEMS) {
      const item = items[next]!;
      if (begun.length + finishing.length > 0 && held + item.bytes > maxBytes) break;
      next++;
      held += item.bytes;
      begun.push({ bytes: item.bytes, rest: unwatched(begin(item)) });
    }
    // In order: the one that is needed next never waits for one behind it.
    while (begun.length > 0) {
      const { bytes, rest } = begun[0]!;
      const { bytes: more, finish } = await rest;
      if (finishing.length > 0 && held + more > maxBytes) break;
      begun.shift();
      held += more;
      finishing.push({ bytes: bytes + more, result: unwatched(finish()) });
    }
    const first = finishing.shift();
    if (!first) return;
    yield await first.result;
    held -= first.bytes;
  }
}

/** Where an earlier one fails, nobody waits for this one any more. */
function unwatched<R>(started: Promise<R>): Promise<R> {
  started.catch(() => undefined);
  return started;
}
