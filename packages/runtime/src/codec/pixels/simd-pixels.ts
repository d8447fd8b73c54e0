import { runsSimd } from '../../context/runs-simd.js';
import { createSimdInstance } from '../../context/simd-functions.js';
import { type FloatImageBatch, fillPlanes, type ImageBatch } from '../../image.js';
import { GROUP, type PixelFunctions, pixelModule } from './pixel-functions.js';
import { type Pixels, type PixelWorkspace, PLAIN_PIXELS } from './pixels.js';

/** Workspaces that are kept for later calls. */
const MAX_FREE = 2;
/** A float32 with these bits, or more but for its sign, is infinite or NaN. */
const NOT_FINITE = 0x7f800000;
/** Bytes before the floats: the largest magnitudes. */
const HEAD_BYTES = 16;

/**
 * In WebAssembly, 128 bits at a time: networks read and write its memory, so that nothing is copied on the way. The same
 * numbers as in JavaScript, which is what runs where WebAssembly with SIMD does not.
 */
export function createSimdPixels(): Pixels {
  if (!runsSimd()) return PLAIN_PIXELS;
  const free: SimdWorkspace[] = [];
  return {
    take: (values) => {
      const at = free.findIndex(({ capacity }) => capacity >= values);
      return at < 0 ? new SimdWorkspace(values) : free.splice(at, 1)[0]!;
    },
    giveBack: (workspace) => {
      free.unshift(workspace as SimdWorkspace);
      // The largest stay: they serve every call.
      if (free.length > MAX_FREE) free.sort((a, b) => b.capacity - a.capacity).pop();
    },
  };
}

class SimdWorkspace implements PixelWorkspace {
  readonly capacity: number;
  readonly #functions: PixelFunctions;
  readonly #memory: ArrayBuffer;
  readonly #largest: Int32Array;
  readonly #floats: Float32Array;
  readonly #bytes: Uint8Array;
  /** What the last call had: calls of one image are all alike. */
  #room: Float32Array;

  constructor(values: number) {
    this.capacity = Math.ceil(values / GROUP) * GROUP;
    const bytes = HEAD_BYTES + 5 * this.capacity;
    const { functions, memory } = createSimdInstance<PixelFunctions>(pixelModule(), bytes);
    this.#functions = functions;
    this.#memory = memory;
    this.#largest = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.#floats = new Float32Array(memory, HEAD_BYTES, this.capacity);
    this.#bytes = new Uint8Array(memory, HEAD_BYTES + 4 * this.capacity, this.capacity);
    this.#room = this.#floats;
  }

  toFloats(images: ImageBatch): FloatImageBatch {
    const { length } = images.data;
    const data = this.room(length);
    if (images.channels > 1) fillPlanes(images, data);
    else {
      this.#bytes.set(images.data);
      this.#functions.unpack(this.#bytes.byteOffset, HEAD_BYTES, Math.ceil(length / GROUP));
    }
    return { ...images, data };
  }

  room(length: number): Float32Array {
    if (this.#room.length !== length) this.#room = this.#floats.subarray(0, length);
    return this.#room;
  }

  toBytes(images: FloatImageBatch, pixels: Uint8Array): boolean {
    const { data, channels } = images;
    const { length } = data;
    if (data.buffer !== this.#memory) this.#floats.set(data);
    // What an earlier call left behind the last value is no value.
    const end = Math.ceil(length / GROUP) * GROUP;
    if (end > length) this.#floats.fill(0, length, end);
    this.#functions.pack(HEAD_BYTES, this.#bytes.byteOffset, Math.ceil(length / GROUP), 0);
    if (channels === 1) pixels.set(length === this.capacity ? this.#bytes : this.#bytes.subarray(0, length));
    else interleave(this.#bytes, images, pixels);
    return this.#largest.every((bits) => bits < NOT_FINITE);
  }
}

/** N×C×H×W bytes to N×H×W×C. */
function interleave(
  planes: Uint8Array,
  { count, channels, height, width }: FloatImageBatch,
  pixels: Uint8Array,
): void {
  const area = height * width;
  for (let image = 0, from = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const base = image * area * channels + channel;
      for (let i = 0, to = base; i < area; i++, to += channels) pixels[to] = planes[from++]!;
    }
  }
}
