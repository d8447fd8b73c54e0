import { ConvaeError } from '../errors.js';

/** Reads numbers and bytes from the front of a byte array; every read checks that the bytes are there. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws ConvaeError DATA_TRUNCATED. */
  u8(): number {
    this.#need(1);
    return this.#bytes[this.#at++]!;
  }

  /** Little-endian. @throws ConvaeError DATA_TRUNCATED. */
  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  /** Little-endian. @throws ConvaeError DATA_TRUNCATED. */
  u32(): number {
    return this.u16() + this.u16() * 65536;
  }

  /**
   * An unsigned LEB128 number in its shortest form.
   * @param max largest value allowed, below 2^53.
   * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID where it is padded, LIMIT_EXCEEDED where it is above max.
   */
  varint(max: number): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (value > max)
        throw new ConvaeError('LIMIT_EXCEEDED', `a number of the header is above its limit ${max}`);
      const padded = byte === 0 && scale > 1;
      if (byte < 128 && !padded) return value;
      // Padding bytes of 0x80 would go on for ever without raising the value.
      if (padded || scale > max) throw new ConvaeError('DATA_INVALID', 'a number of the header is padded');
    }
  }

  /** A view of the next bytes, not a copy. @throws ConvaeError DATA_TRUNCATED. */
  bytes(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A view of all the bytes left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  #need(length: number): void {
    if (length <= this.remaining) return;
    throw new ConvaeError('DATA_TRUNCATED', `expected ${length} more bytes, found ${this.remaining}`);
  }
}
