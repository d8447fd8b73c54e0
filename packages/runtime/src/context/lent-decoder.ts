import type { RangeDecoder } from '../entropy/index.js';
import type { ContextExports } from './context-instance.js';
import { MAX_SYMBOL_BYTES } from './context-memory.js';

/** A range decoder's state in the memory of a walk, which goes on from there. */
export class LentDecoder {
  /** Code and range. */
  readonly #numbers: Float64Array;
  /** Bytes that were read, all of them, and where the first would lie. */
  readonly #places: Int32Array;
  readonly #bytes: Uint8Array;
  #decoder: RangeDecoder | undefined;

  /** @param bytes room for those that a block takes. */
  constructor({ memory, READER }: ContextExports, bytes: Uint8Array) {
    this.#numbers = new Float64Array(memory.buffer, READER.value, 2);
    this.#places = new Int32Array(memory.buffer, READER.value + 16, 3);
    this.#bytes = bytes;
  }

  /** Lends a decoder to a task that reads so many symbols. */
  lend(decoder: RangeDecoder, symbols: number, task: () => void): void {
    const { at } = decoder.state;
    const bytes = decoder.bytes.subarray(at, at + MAX_SYMBOL_BYTES * symbols);
    this.#bytes.set(bytes);
    this.#decoder = decoder;
    this.#give();
    this.#places[1] = decoder.bytes.length;
    this.#places[2] = this.#bytes.byteOffset - at;
    task();
    this.#take();
  }

  /** Has it back for a while. */
  inHand<T>(task: () => T): T {
    this.#take();
    const result = task();
    this.#give();
    return result;
  }

  #give(): void {
    const { code, range, at } = this.#decoder!.state;
    this.#numbers[0] = code;
    this.#numbers[1] = range;
    this.#places[0] = at;
  }

  #take(): void {
    const [code, range] = this.#numbers;
    this.#decoder!.state = { code: code!, range: range!, at: this.#places[0]! };
  }
}
