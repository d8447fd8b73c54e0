import { fromHex } from '../../bytes.js';
import { KernelMemory } from '../../context/kernel-memory.js';
import { runsSimd } from '../../context/runs-simd.js';
import { type FloatImageBatch, fillPlanes, type ImageBatch } from '../../image.js';
import { KERNELS } from './kernels-wasm.js';
import { type Pixels, type PixelWorkspace, PLAIN_PIXELS } from './pixels.js';

/** Values that the functions take at a time. */
const GROUP = 16;
/** Workspaces that are kept for later calls. */
const MAX_FREE = 2;
/** A float32 with these bits, or more but for its sign, is infinite or NaN. */
const NOT_FINITE = 0x7f800000;

/** The module of kernels/images on a memory of its own; arguments are byte addresses, and counts of groups. */
interface ImageExports {
  readonly memory: WebAssembly.Memory;
  readonly FREE: WebAssembly.Global;
  /** Floats to bytes; the bits of the largest magnitudes, four of them, go to `largest`. */
  pack(from: number, to: number, groups: number, largest: number): void;
  /** Bytes to floats. */
  unpack(from: number, to: number, groups: number): void;
}

/**
 * In WebAssembly, 128 bits at a time: networks read its memory, so that nothing is copied on the way to them. The same numbers
 * as in JavaScript, which is what runs where WebAssembly with SIMD does not.
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
  readonly #functions: ImageExports;
  readonly #largest: Int32Array;
  readonly #floats: Float32Array;
  readonly #bytes: Uint8Array;

  constructor(values: number) {
    this.capacity = Math.ceil(values / GROUP) * GROUP;
    const module = new WebAssembly.Module(fromHex(KERNELS));
    this.#functions = new WebAssembly.Instance(module).exports as unknown as ImageExports;
    const memory = new KernelMemory(this.#functions.memory, this.#functions.FREE.value);
    const [largest, floats, bytes] = [16, 4 * this.capacity, this.capacity].map((length) =>
      memory.take(length),
    );
    this.#largest = new Int32Array(memory.buffer, largest, 4);
    this.#floats = new Float32Array(memory.buffer, floats, this.capacity);
    this.#bytes = new Uint8Array(memory.buffer, bytes, this.capacity);
  }

  toFloats(images: ImageBatch): FloatImageBatch {
    const { length } = images.data;
    const data = this.#floats.subarray(0, length);
    if (images.channels > 1) fillPlanes(images, data);
    else {
      this.#bytes.set(images.data);
      this.#functions.unpack(this.#bytes.byteOffset, this.#floats.byteOffset, Math.ceil(length / GROUP));
    }
    return { ...images, data };
  }

  toBytes(images: FloatImageBatch, pixels: Uint8Array): boolean {
    const { data, channels } = images;
    const { length } = data;
    this.#floats.set(data);
    // What an earlier call left behind the last value is no value.
    const end = Math.ceil(length / GROUP) * GROUP;
    if (end > length) this.#floats.fill(0, length, end);
    const groups = Math.ceil(length / GROUP);
    this.#functions.pack(this.#floats.byteOffset, this.#bytes.byteOffset, groups, this.#largest.byteOffset);
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
