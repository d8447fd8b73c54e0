import type { Block, Frame } from '../context/blocks.js';
import { TOTAL } from '../entropy/index.js';
import { codeOf } from './code-of.js';
import { PixelChoices } from './pixel-choices.js';
import { COPY_CANDIDATES, COPY_LISTED, COPY_NEW, COPY_PAIRS } from './pixel-copies.js';
import { PixelMixture } from './pixel-mixture.js';
import { codingOrder, type PixelModel, WHITE_ABOVE } from './pixel-model.js';
import { INDICATOR, pairStarts } from './pixel-pairs.js';
import type { PixelWalker, ValueCoder } from './pixel-walker.js';
import { createPlainPixelKernel, type PixelKernel } from './plain-pixel-kernel.js';

/** A place of an image, and its number in the grid. */
interface Place {
  readonly row: number;
  readonly column: number;
  readonly position: number;
}

/** The walk in TypeScript: the reference, and what runs where WebAssembly does not. */
export class PlainPixelWalker implements PixelWalker {
  readonly name = 'plain';
  readonly #model: PixelModel;
  readonly #kernel: PixelKernel;
  readonly #mixture: PixelMixture;
  /**
   * Where all inputs are 0, for each place of the grid and channel the frequency of 0; where colours are copied, of copying the
   * left one, without and with colours of the list. 0 where not yet found.
   */
  readonly #blank: Uint16Array;
  readonly #order: Uint8Array;
  readonly #pairs: ReturnType<typeof pairStarts>;
  /** Where colours are copied. */
  readonly #choices: PixelChoices | undefined;
  /** The inputs of the place that are not 0: pair and value in turn. */
  readonly #inputs: Int32Array;
  /** The values that the means of a value's distribution are measured from. */
  readonly #bases: Uint8Array;
  #width = 0;
  #inputCount = 0;
  /** Whether the kernel holds the inputs of the place. */
  #entered = false;

  constructor(model: PixelModel) {
    const { channels, gridHeight, gridWidth, copies } = model;
    this.#model = model;
    this.#kernel = createPlainPixelKernel(model);
    this.#mixture = new PixelMixture(model.components);
    this.#blank = new Uint16Array(gridHeight * gridWidth * Math.max(channels, 2));
    this.#order = Uint8Array.from(codingOrder(channels));
    this.#pairs = pairStarts(model);
    this.#choices = copies ? new PixelChoices(channels) : undefined;
    this.#inputs = new Int32Array(2 * this.#pairs.end);
    this.#bases = new Uint8Array(model.bases);
  }

  code(image: Uint8Array, frame: Frame, { top, left, rows, columns }: Block, coder: ValueCoder): void {
    this.#width = frame.width;
    if (top === 0 && left === 0) this.#choices?.clear();
    for (let row = top; row < top + rows; row++)
      for (let column = left; column < left + columns; column++) {
        const position = frame.rows[row]! + frame.columns[column]!;
        this.#codePlace(image, { row, column, position }, coder);
      }
  }

  #codePlace(image: Uint8Array, place: Place, coder: ValueCoder): void {
    const { row, column } = place;
    const at = (row * this.#width + column) * this.#model.channels;
    this.#gather(image, row, column);
    this.#entered = false;
    const choices = this.#choices;
    if (choices === undefined) {
      this.#codeValues(image, at, place, coder);
      return;
    }
    choices.look(image, { row, column, width: this.#width });
    this.#gatherDifferences(choices);
    const choice = this.#codeChoice(choices, image, at, place.position, coder);
    if (choice === COPY_NEW) {
      this.#codeValues(image, at, place, coder);
      if (choices.choose(image, at) !== COPY_NEW) coder.refuse();
      choices.add(image, at);
    } else if (choice === COPY_LISTED) this.#codeListed(choices, image, at, place, coder);
    else choices.copy(choice, image, at);
  }

  /** Codes the channels of a place, each from all values. */
  #codeValues(image: Uint8Array, at: number, { row, column, position }: Place, coder: ValueCoder): void {
    const { channels } = this.#model;
    for (let k = 0; k < channels; k++) {
      const own = at + this.#order[k]!;
      this.#findBases(image, own, row, column);
      image[own] = this.#codeValue(position, k, image[own]!, coder);
      if (k + 1 < channels) this.#addOwn(k, image[own]!);
    }
  }

  /** Codes the channels of a place, each from the values that colours of the list leave possible. */
  #codeListed(choices: PixelChoices, image: Uint8Array, at: number, place: Place, coder: ValueCoder): void {
    const { channels } = this.#model;
    for (let k = 0; k < channels; k++) {
      const own = at + this.#order[k]!;
      const values = choices.values(k);
      let value = values[0]!;
      if (values.length > 1) {
        this.#findBases(image, own, place.row, place.column);
        this.#distribution(place.position, k);
        const found = codeOf(
          values.map((v) => this.#mixture.mass(v) >> 15),
          values.indexOf(image[own]!),
          coder,
        );
        value = values[found]!;
      }
      image[own] = value;
      choices.keep(k, value);
      if (k + 1 < channels) this.#addOwn(k, value);
    }
  }

  /** Codes how a place is coded. */
  #codeChoice(
    choices: PixelChoices,
    image: Uint8Array,
    at: number,
    position: number,
    coder: ValueCoder,
  ): number {
    const wanted = coder.slot() < 0 ? choices.choose(image, at) : 0;
    const slot = 2 * position + Number(choices.possible[COPY_LISTED]);
    const blank = this.#inputCount === 0;
    let left = blank ? this.#blank[slot]! : 0;
    const known = left > 0;
    if (!known) {
      this.#choiceWeights(choices, position);
      left = Math.max(1, Math.min(TOTAL - 1, 2 * choices.weights[0]!));
      if (blank) this.#blank[slot] = left;
    }
    if (coder.answer(left, Number(wanted === 0))) return 0;
    if (known) this.#choiceWeights(choices, position);
    const others = choices.possible.flatMap((possible, i) => (possible && i > 0 ? [i] : []));
    return others[
      codeOf(
        others.map((i) => choices.weights[i]!),
        others.indexOf(wanted),
        coder,
      )
    ]!;
  }

  #choiceWeights(choices: PixelChoices, position: number): void {
    this.#run(position, this.#model.channels);
    choices.weigh(this.#kernel.outputs);
  }

  #codeValue(position: number, channel: number, value: number, coder: ValueCoder): number {
    const blank = this.#inputCount === 0 && !this.#model.copies;
    const slot = position * this.#model.channels + channel;
    let zero = blank ? this.#blank[slot]! : 0;
    const known = zero > 0;
    if (!known) {
      this.#distribution(position, channel);
      zero = this.#mixture.zero;
      if (blank) this.#blank[slot] = zero;
    }
    if (coder.answer(zero, Number(value === 0))) return 0;
    if (known) this.#distribution(position, channel);
    return this.#codeOther(value, coder);
  }

  /** Codes a value that is not 0. */
  #codeOther(value: number, coder: ValueCoder): number {
    const mixture = this.#mixture;
    if (coder.answer(mixture.white, Number(value === 255))) return 255;
    const slot = coder.slot();
    const found = slot < 0 ? value : mixture.find(slot);
    coder.interval(mixture.cumulative(found), mixture.cumulative(found + 1));
    return found;
  }

  /** Finds the distribution of a channel of the place. */
  #distribution(position: number, channel: number): void {
    this.#run(position, channel);
    this.#mixture.set(this.#kernel.outputs, this.#bases);
  }

  /** Runs the network for a head. */
  #run(position: number, head: number): void {
    const kernel = this.#kernel;
    if (!this.#entered) {
      kernel.start(position);
      for (let i = 0; i < this.#inputCount; i++) kernel.add(this.#inputs[2 * i]!, this.#inputs[2 * i + 1]!);
      this.#entered = true;
    }
    kernel.run(head);
  }

  /** Takes a value of the place, for its later channels. */
  #addOwn(channel: number, value: number): void {
    if (value > 0) this.#add(this.#pairs.own + channel, value);
    const first = this.#pairs.differ + COPY_PAIRS.length + channel * COPY_CANDIDATES.length;
    this.#choices?.differing(channel, value).forEach((differs, i) => {
      if (differs) this.#add(first + i, INDICATOR);
    });
  }

  #add(pair: number, value: number): void {
    this.#push(pair, value);
    if (this.#entered) this.#kernel.add(pair, value);
  }

  #push(pair: number, value: number): void {
    const at = 2 * this.#inputCount++;
    this.#inputs[at] = pair;
    this.#inputs[at + 1] = value;
  }

  /** Collects the neighbours that are not 0, and whether the left one is white. */
  #gather(image: Uint8Array, row: number, column: number): void {
    const { channels, radius } = this.#model;
    const [width, order] = [this.#width, this.#order];
    this.#inputCount = 0;
    let pair = 0;
    for (let y = row - radius; y <= row; y++) {
      const last = y < row ? column + radius : column - 1;
      for (let x = column - radius; x <= last; x++, pair += channels) {
        if (y < 0 || x < 0 || x >= width) continue;
        const at = (y * width + x) * channels;
        for (let k = 0; k < channels; k++) {
          const value = image[at + order[k]!]!;
          if (value > 0) this.#push(pair + k, value);
        }
      }
    }
    if (column > 0) this.#gatherWhite(image, (row * width + column - 1) * channels);
  }

  /** Collects which neighbours' colours differ. */
  #gatherDifferences(choices: PixelChoices): void {
    choices.pairs().forEach((differ, i) => {
      if (differ) this.#push(this.#pairs.differ + i, INDICATOR);
    });
  }

  #gatherWhite(image: Uint8Array, left: number): void {
    for (let k = 0; k < this.#model.channels; k++)
      if (image[left + this.#order[k]!]! > WHITE_ABOVE) this.#push(this.#pairs.white + k, INDICATOR);
  }

  /** The bases of a value at `own` (FORMAT.md, "Distribution of a value"); unused ones are left out. */
  #findBases(image: Uint8Array, own: number, row: number, column: number): void {
    const bases = this.#bases;
    const { channels } = this.#model;
    const line = this.#width * channels;
    const above = row > 0 ? image[own - line]! : 0;
    const left = column > 0 ? image[own - channels]! : above;
    bases[0] = left;
    if (bases.length === 1) return;
    const corner = row > 0 && column > 0 ? image[own - line - channels]! : above;
    bases[1] = row > 0 ? above : left;
    bases[2] = row > 0 && column + 1 < this.#width ? image[own - line + channels]! : bases[1]!;
    bases[3] = row > 0 ? Math.max(0, Math.min(255, left + above - corner)) : left;
  }
}
