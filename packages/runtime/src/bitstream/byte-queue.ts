import { joinBytes } from '../bytes.js';

/** Takes exact lengths from a stream of byte arrays; holds no more than was asked for and the piece that ended it. */
export class ByteQueue {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #pieces: Uint8Array[] = [];
  #held = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, fewer only at the stream's end. */
  async take(length: number): Promise<Uint8Array> {
    while (this.#held < length) {
      const { done, value } = await this.#iterator.next();
      if (done) break;
      this.#pieces.push(value);
      this.#held += value.length;
    }
    return this.#remove(Math.min(length, this.#held));
  }

  /** Tells the stream that no more bytes are wanted. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #remove(length: number): Uint8Array {
    this.#held -= length;
    const taken: Uint8Array[] = [];
    let left = length;
    // What lies beyond, in the last piece alone, is not copied.
    while (this.#pieces.length > 1) {
      taken.push(this.#pieces.shift()!);
      left -= taken.at(-1)!.length;
    }
    const [last = new Uint8Array()] = this.#pieces;
    taken.push(last.subarray(0, left));
    this.#pieces = this.#held > 0 ? [last.subarray(left)] : [];
    return taken.length === 1 ? taken[0]! : joinBytes(taken);
  }
}
