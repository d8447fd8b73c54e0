// What a place's colour may be copied from (FORMAT.md, "Copies").

/** Neighbours whose colour a place may have, (row, column) from it: left, above, above on the right, above on the left. */
export const COPY_CANDIDATES = [
  [0, -1],
  [-1, 0],
  [-1, 1],
  [-1, -1],
] as const;

/** Pairs of neighbours: an input tells of each whether their colours differ. */
export const COPY_PAIRS = [
  [0, -1, -1, 0],
  [0, -1, -1, -1],
  [-1, 0, -1, 1],
  [-1, 0, -1, -1],
  [0, -1, 0, -2],
  [-1, 0, -2, 0],
  [-1, 1, -1, 2],
  [-1, 1, -2, 1],
  [0, -1, -1, 1],
  [-1, -1, -2, -1],
] as const;

/** Ways to code a place: as each candidate, as a colour of the list, as a new colour. */
export const COPY_CHOICES = 6;
/** The choice of a colour of the list. */
export const COPY_LISTED = 4;
/** The choice of a new colour. */
export const COPY_NEW = 5;

/** Colours that the list holds at most. */
export const LISTED_COLOURS = 256;

/** The colours of an image that were coded as new ones, the last 256 of them. */
export class ColourList {
  readonly #colours = new Uint32Array(LISTED_COLOURS);
  #added = 0;

  clear(): void {
    this.#added = 0;
  }

  /** All of them, in no order. */
  colours(): Uint32Array {
    return this.#colours.subarray(0, Math.min(this.#added, LISTED_COLOURS));
  }

  has(colour: number): boolean {
    return this.colours().includes(colour);
  }

  /** Takes a new colour, in the place of the oldest where there is no more room. */
  add(colour: number): void {
    this.#colours[this.#added++ % LISTED_COLOURS] = colour;
  }
}
