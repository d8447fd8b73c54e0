import { weigh } from '../context/logistics.js';
import { mixtureTables } from '../context/mixture-tables.js';
import {
  COPY_CANDIDATES,
  COPY_CHOICES,
  COPY_LISTED,
  COPY_NEW,
  COPY_PAIRS,
  ColourList,
} from './pixel-copies.js';
import { codingOrder } from './pixel-model.js';

/** How the places of an image may be coded (FORMAT.md, "Copies"), place after place. Colours are as stored, a byte a channel. */
export class PixelChoices {
  /** Which choices the place has. */
  readonly possible: boolean[] = Array.from({ length: COPY_CHOICES }, () => true);
  /** Sum 32768; 0 where a choice is not possible. */
  readonly weights = new Int32Array(COPY_CHOICES);
  readonly #channels: number;
  readonly #order: readonly number[];
  readonly #list = new ColourList();
  readonly #candidates = new Uint32Array(COPY_CANDIDATES.length);
  #colourAt: (dy: number, dx: number) => number = () => 0;
  /** Colours of the list that the place may have, as far as it is known. */
  #left: number[] = [];

  constructor(channels: number) {
    this.#channels = channels;
    this.#order = codingOrder(channels);
  }

  /** Begins an image. */
  clear(): void {
    this.#list.clear();
  }

  /** Looks at what is around a place of an image, uint8 H×W×C. */
  look(
    image: Uint8Array,
    { row, column, width }: { readonly row: number; readonly column: number; readonly width: number },
  ): void {
    const channels = this.#channels;
    this.#colourAt = (dy, dx) => {
      const [y, x] = [row + dy, column + dx];
      return y < 0 || x < 0 || x >= width ? 0 : colourAt(image, (y * width + x) * channels, channels);
    };
    const candidates = this.#candidates;
    COPY_CANDIDATES.forEach(([dy, dx], i) => {
      candidates[i] = this.#colourAt(dy, dx);
    });
    candidates.forEach((colour, i) => {
      this.possible[i] = candidates.indexOf(colour) === i;
    });
    this.possible[COPY_LISTED] = this.#list.colours().some((colour) => !candidates.includes(colour));
  }

  /** Of each pair of neighbours whether their colours differ. */
  pairs(): boolean[] {
    return COPY_PAIRS.map(([ay, ax, by, bx]) => this.#colourAt(ay, ax) !== this.#colourAt(by, bx));
  }

  /** Of each candidate whether its value of a channel, in coding order, differs. */
  differing(channel: number, value: number): boolean[] {
    return Array.from(this.#candidates, (colour) => this.#valueOf(colour, channel) !== value);
  }

  #valueOf(colour: number, channel: number): number {
    return (colour >>> (8 * this.#order[channel]!)) & 255;
  }

  /** The choice for the colour of the place. */
  choose(image: Uint8Array, at: number): number {
    const colour = colourAt(image, at, this.#channels);
    const copied = this.#candidates.indexOf(colour);
    if (copied >= 0) return copied;
    return this.#list.has(colour) ? COPY_LISTED : COPY_NEW;
  }

  /** Takes the weights' logarithms, 1/256, of all choices. */
  weigh(outputs: Int32Array): void {
    const among = this.possible.flatMap((possible, i) => (possible ? [i] : []));
    const weights = Int32Array.from(among, (i) => outputs[i]!);
    weigh(weights, mixtureTables());
    this.weights.fill(0);
    for (const [i, choice] of among.entries()) this.weights[choice] = weights[i]!;
  }

  /** Gives the place a candidate's colour. */
  copy(candidate: number, image: Uint8Array, at: number): void {
    for (let c = 0; c < this.#channels; c++) image[at + c] = this.#candidates[candidate]! >>> (8 * c);
  }

  /** Adds the colour of the place to the list. */
  add(image: Uint8Array, at: number): void {
    this.#list.add(colourAt(image, at, this.#channels));
  }

  /** The values that a channel, in coding order, may have where the colour is one of the list, ascending. */
  values(channel: number): number[] {
    if (channel === 0)
      this.#left = Array.from(this.#list.colours()).filter((colour) => !this.#candidates.includes(colour));
    const values = new Set(this.#left.map((colour) => this.#valueOf(colour, channel)));
    return [...values].sort((a, b) => a - b);
  }

  /** Keeps the colours of the list that have this value. */
  keep(channel: number, value: number): void {
    this.#left = this.#left.filter((colour) => this.#valueOf(colour, channel) === value);
  }
}

/** A colour as a number: its first stored channel is the lowest byte. */
function colourAt(image: Uint8Array, at: number, channels: number): number {
  let colour = 0;
  for (let c = channels - 1; c >= 0; c--) colour = colour * 256 + image[at + c]!;
  return colour;
}
