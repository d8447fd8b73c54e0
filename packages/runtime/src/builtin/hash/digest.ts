import { type Digest, sha256 } from '../../bytes.js';
import { KERNELS } from './kernels-wasm.js';

/** Beyond it Node's own code is faster, even where it has to be loaded first. */
const MAX_BYTES = 1 << 18;
/** Of a block of SHA-256. */
const BLOCK_BYTES = 64;
/** Room in the kernel's memory. */
const PIECE_BYTES = 1 << 15;
/** uint32, the words of a hash. */
const WORDS = 8;

/** The module of kernels/hash. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly STATE: WebAssembly.Global;
  readonly FREE: WebAssembly.Global;
  update(from: number, blocks: number): void;
}

/**
 * SHA-256 in WebAssembly for short messages: the first use of Web Crypto loads some twenty modules of Node, which takes
 * longer than to decode a small image. Long messages go to Web Crypto.
 */
export function createDigest(): Digest {
  let digest: ((bytes: Uint8Array) => Uint8Array) | undefined;
  return async (bytes) => {
    if (bytes.length > MAX_BYTES) return sha256(bytes);
    digest ??= openKernel();
    return digest(bytes);
  };
}

function openKernel(): (bytes: Uint8Array) => Uint8Array {
  const module = new WebAssembly.Module(Buffer.from(KERNELS, 'hex'));
  const { memory, STATE, FREE, update } = new WebAssembly.Instance(module).exports as unknown as Exports;
  const words = new Uint32Array(memory.buffer, STATE.value, WORDS);
  const initial = words.slice();
  const room = new Uint8Array(memory.buffer, FREE.value, PIECE_BYTES);
  return (bytes) => {
    words.set(initial);
    const message = padded(bytes);
    for (let at = 0; at < message.length; at += PIECE_BYTES) {
      const piece = message.subarray(at, at + PIECE_BYTES);
      room.set(piece);
      update(FREE.value, piece.length / BLOCK_BYTES);
    }
    return bigEndian(words);
  };
}

/** The message, a bit, zeros to a whole number of blocks, and its length in bits (FIPS 180-4, 5.1.1). */
function padded(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK_BYTES);
  const message = new Uint8Array(blocks * BLOCK_BYTES);
  message.set(bytes);
  message[bytes.length] = 0x80;
  new DataView(message.buffer).setUint32(message.length - 4, 8 * bytes.length);
  return message;
}

function bigEndian(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word);
  return new Uint8Array(view.buffer);
}
