import { type RandomAccessSource, readExact } from './container-file.js';
import { MARKERS } from './frame.js';

/** Bytes read at once. */
const WINDOW_BYTES = 65536;

/** Gives the first place at or after `from` where a chunk marker begins; the source's size where there is none. */
export type NextMarker = (from: number) => Promise<number>;

/** Searches a source for chunk markers, one window in memory at a time. */
export function markerSearch(source: RandomAccessSource): NextMarker {
  const { length } = MARKERS.chunk;
  let window: Uint8Array = new Uint8Array(0);
  let start = 0;
  return async (from) => {
    // The window's last bytes may begin a marker: the next window starts with them.
    for (let at = from; at + length <= source.size; at = start + window.length - length + 1) {
      if (at < start || at + length > start + window.length) {
        window = await readExact(source, at, Math.min(WINDOW_BYTES, source.size - at));
        start = at;
      }
      const found = findMarker(window, at - start);
      if (found >= 0) return start + found;
    }
    return source.size;
  };
}

function findMarker(bytes: Uint8Array, from: number): number {
  const [first, ...others] = MARKERS.chunk;
  let at = bytes.indexOf(first!, from);
  while (at >= 0 && others.some((byte, i) => bytes[at + 1 + i] !== byte)) at = bytes.indexOf(first!, at + 1);
  return at;
}
