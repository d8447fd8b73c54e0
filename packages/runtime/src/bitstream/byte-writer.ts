/** Collects numbers and bytes; the mirror of ByteReader. */
export class ByteWriter {
  #buffer = new Uint8Array(64);
  #length = 0;

  u8(value: number): this {
    return this.bytes(Uint8Array.of(value));
  }

  /** Little-endian. */
  u16(value: number): this {
    return this.u8(value).u8(value >>> 8);
  }

  /** Little-endian. */
  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }

  /** An unsigned LEB128 number in its shortest form; value: an integer below 2^53. */
  varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.u8((rest % 128) | 128);
    return this.u8(rest);
  }

  bytes(bytes: Uint8Array): this {
    const end = this.#length + bytes.length;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#buffer.length));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = end;
    return this;
  }

  /** A copy of what was written. */
  result(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }
}
