import { ConvaeError } from '../../errors.js';
import type { Kernels } from './kernels.js';

/** Addresses and lengths are multiples of this, so that whole vectors may be read and written. */
const ALIGNMENT = 16;
/** Bytes behind everything that a vector may be read from. */
const MARGIN = 64;
const PAGE = 65536;

const roundUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Memory of an arena: where it begins from the arena's start. */
interface Gap {
  start: number;
  bytes: number;
}

/**
 * The memory of a session: constants, which stay, from the start up to `base`; from there on the arena, which every run
 * uses anew.
 */
export class Memory {
  readonly #kernels: Kernels;
  #next: number;
  #base: number;
  readonly #expected: number;

  constructor(kernels: Kernels, expectedBytes: number) {
    this.#kernels = kernels;
    this.#next = kernels.memory.buffer.byteLength;
    this.#base = this.#next + roundUp(expectedBytes);
    this.#expected = this.#base;
  }

  /** Where the arena begins; it moves when constants need more than was expected. */
  get base(): number {
    return this.#base;
  }

  /** Bytes of constants beyond what was expected. */
  get extraBytes(): number {
    return Math.max(this.#next - this.#expected, 0);
  }

  /** Puts a constant into the memory, for good. */
  keep(values: Float32Array | Int32Array): number {
    const at = this.#next;
    this.#next += roundUp(values.byteLength) + MARGIN;
    this.#base = Math.max(this.#base, this.#next);
    this.reserve(this.#next);
    const { buffer } = this.#kernels.memory;
    if (values instanceof Float32Array) new Float32Array(buffer, at, values.length).set(values);
    else new Int32Array(buffer, at, values.length).set(values);
    return at;
  }

  /** Grows the memory to an address. @throws ConvaeError LIMIT_EXCEEDED where there is not so much. */
  reserve(end: number): void {
    const { memory } = this.#kernels;
    const missing = end + MARGIN - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      throw new ConvaeError('LIMIT_EXCEEDED', `${end} bytes of memory are not to be had here`, { cause });
    }
  }
}

/** Places in an arena, found while a run is planned; what is freed is given out again. */
export class Arena {
  readonly #gaps: Gap[] = [];
  readonly #limit: number;
  #end = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes from the start to the end of everything that was given out. */
  get bytes(): number {
    return this.#end;
  }

  /** @throws ConvaeError LIMIT_EXCEEDED. */
  take(bytes: number): Gap {
    const wanted = roundUp(bytes) + MARGIN;
    const best = this.#smallestGap(wanted);
    if (best !== undefined) return this.#cut(best, wanted);
    const last = this.#gaps.at(-1);
    const start =
      last !== undefined && last.start + last.bytes === this.#end ? this.#gaps.pop()!.start : this.#end;
    if (start + wanted > this.#limit)
      throw new ConvaeError(
        'LIMIT_EXCEEDED',
        `the graph needs more than ${this.#limit} bytes of memory here`,
      );
    this.#end = start + wanted;
    return { start, bytes: wanted };
  }

  #smallestGap(wanted: number): Gap | undefined {
    const fitting = this.#gaps.filter(({ bytes }) => bytes >= wanted);
    return fitting.reduce<Gap | undefined>(
      (best, gap) => (best && best.bytes <= gap.bytes ? best : gap),
      undefined,
    );
  }

  #cut(gap: Gap, bytes: number): Gap {
    const taken = { start: gap.start, bytes };
    gap.start += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
    return taken;
  }

  /** Gives a place back. */
  free(place: Gap): void {
    const index = this.#gaps.findIndex(({ start }) => start > place.start);
    const at = index < 0 ? this.#gaps.length : index;
    this.#gaps.splice(at, 0, { ...place });
    this.#join(at);
    if (at > 0) this.#join(at - 1);
  }

  #join(at: number): void {
    const [gap, next] = [this.#gaps[at]!, this.#gaps[at + 1]];
    if (next === undefined || gap.start + gap.bytes !== next.start) return;
    gap.bytes += next.bytes;
    this.#gaps.splice(at + 1, 1);
  }
}
