import type { Block, Frame } from '../context/blocks.js';
import type { ContextKernelName } from '../context/kernel.js';

/** Writes values, or reads them: a walk asks it the questions of a value in turn (FORMAT.md, "Distribution of a value"). */
export interface ValueCoder {
  /** Writes the answer `yes`, 0 or 1, or reads one. `first`: the frequency of yes of 65536. */
  answer(first: number, yes: number): number;
  /** Where the next value lies, 0..65535; −1 where values are written. */
  slot(): number;
  /** Writes the interval of a value, or takes the one that the slot lies in. */
  interval(low: number, high: number): void;
  /** Told where what was read is nothing that is written: throws. */
  refuse(): void;
}

/** Walks over the values of an image in coding order and gives each one's distribution to the coder. */
export interface PixelWalker {
  readonly name: ContextKernelName;
  /**
   * Codes a block of an image, blocks in coding order; whatever the coder says stands in the image then.
   * @param image uint8, H×W×C; before the block what is coded already.
   */
  code(image: Uint8Array, frame: Frame, block: Block, coder: ValueCoder): void;
}

/** Values that are coded between two turns of others, about: a millisecond, in plain code some tens. */
export const PIECE_VALUES = 2048;
