import { COPY_CANDIDATES, COPY_LISTED, COPY_NEW, COPY_PAIRS, ColourList } from '@convae/runtime/core';

/** An image in coding order within a frame of zeros. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Bytes of a row. */
  readonly line: number;
  readonly channels: number;
}

/** How the places of an image are coded where colours are copied (FORMAT.md, "Copies"). Asked place after place. */
export class ColourChoices {
  readonly #frame: Frame;
  readonly #candidates: readonly number[];
  readonly #pairs: readonly (readonly [number, number])[];
  readonly #listed = new ColourList();

  constructor(frame: Frame) {
    const offset = (dy: number, dx: number): number => dy * frame.line + dx * frame.channels;
    this.#frame = frame;
    this.#candidates = COPY_CANDIDATES.map(([dy, dx]) => offset(dy, dx));
    this.#pairs = COPY_PAIRS.map(([ay, ax, by, bx]) => [offset(ay, ax), offset(by, bx)]);
  }

  #colour(at: number): number {
    const { bytes, channels } = this.#frame;
    let colour = 0;
    for (let c = 0; c < channels; c++) colour = colour * 256 + bytes[at + c]!;
    return colour;
  }

  /** Writes for each candidate 1 where no one before it has its colour, and returns which choice the place is. */
  choose(at: number, first: Float32Array): number {
    const own = this.#colour(at);
    const colours = this.#candidates.map((offset) => this.#colour(at + offset));
    colours.forEach((colour, i) => {
      first[i] = colours.indexOf(colour) === i ? 1 : 0;
    });
    const copied = colours.indexOf(own);
    if (copied >= 0) return copied;
    if (this.#listed.has(own)) return COPY_LISTED;
    this.#listed.add(own);
    return COPY_NEW;
  }

  /** Writes for each pair of neighbours 1 where their colours differ. */
  pairs(at: number, differ: Float32Array): void {
    this.#pairs.forEach(([a, b], i) => {
      differ[i] = this.#colour(at + a) === this.#colour(at + b) ? 0 : 1;
    });
  }

  /** Writes for each candidate 1 where the place's value of a channel differs from its. */
  values(at: number, differ: Float32Array): void {
    const { bytes } = this.#frame;
    this.#candidates.forEach((offset, i) => {
      differ[i] = bytes[at] === bytes[at + offset] ? 0 : 1;
    });
  }
}
