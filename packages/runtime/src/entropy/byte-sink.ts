/**
 * A growing byte buffer that the range encoder writes to.
 * Carries travel backwards through bytes already written, so the whole code word stays in memory until `bytes()`.
 */
export class ByteSink {
  #buffer: Uint8Array;
  #length = 0;

  /** @param capacity bytes to reserve at first; the buffer doubles when it is full. */
  constructor(capacity = 64) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends a 16-bit word, high byte first. */
  pushWord(word: number): void {
    if (this.#length + 2 > this.#buffer.length) this.#grow();
    this.#buffer[this.#length++] = word >>> 8;
    this.#buffer[this.#length++] = word;
  }

  /** Adds one to the big-endian number that the bytes written so far form. */
  carry(): void {
    let at = this.#length - 1;
    // A code word is below 1, so a byte below 255 is found before the first one is passed.
    while (at >= 0 && this.#buffer[at] === 255) this.#buffer[at--] = 0;
    this.#buffer[at]! += 1;
  }

  /** A copy of the bytes, up to `trim` zero bytes at the end left out. */
  bytes(trim = 0): Uint8Array {
    let end = this.#length;
    while (end > Math.max(0, this.#length - trim) && this.#buffer[end - 1] === 0) end--;
    return this.#buffer.slice(0, end);
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#buffer.length + 2);
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}
