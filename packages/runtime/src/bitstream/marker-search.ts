import { type RandomAccessSource, readExact } from './container-file.js';
import { MARKERS } from './frame.js';

/** Bytes read at once. */
const WINDOW_BYTES = 65536;

/** Searches a source for chunk markers, one window in memory at a time. */
export class MarkerSearch {
  readonly #source: RandomAccessSource;
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(source: RandomAccessSource) {
    this.#source = source;
  }

  /** The first place at or after `from` where a chunk marker begins; the source's size where there is none. */
  async next(from: number): Promise<number> {
    const { length } = MARKERS.chunk;
    let at = from;
    while (at + length <= this.#source.size) {
      await this.#load(at);
      const found = findMarker(this.#window, at - this.#start);
      if (found >= 0) return this.#start + found;
      // The window's last bytes may begin a marker.
      at = this.#start + this.#window.length - length + 1;
    }
    return this.#source.size;
  }

  /** Makes the window hold at least a marker's bytes from `at` on. */
  async #load(at: number): Promise<void> {
    const inside = at >= this.#start && at + MARKERS.chunk.length <= this.#start + this.#window.length;
    if (inside) return;
    this.#window = await readExact(this.#source, at, Math.min(WINDOW_BYTES, this.#source.size - at));
    this.#start = at;
  }
}

function findMarker(bytes: Uint8Array, from: number): number {
  const [first, ...others] = MARKERS.chunk;
  let at = bytes.indexOf(first!, from);
  while (at >= 0 && others.some((byte, i) => bytes[at + 1 + i] !== byte)) at = bytes.indexOf(first!, at + 1);
  return at;
}
