import { placesOf } from './blocks.js';
import type { ContextExports } from './context-instance.js';
import { BIAS_UNIT, type ContextModel, neighbourCount } from './context-model.js';
import { type CodedChannel, PIECE_SYMBOLS } from './context-walker.js';
import { roundUp } from './kernel-memory.js';
import { paddedRows, paddedUnits, putLayers } from './put-layers.js';

/** Bytes that a symbol takes at most: a word, and five more of an escape. */
export const MAX_SYMBOL_BYTES = 12;

const BIAS_SHIFTS = [0, Math.log2(BIAS_UNIT), Math.log2(BIAS_UNIT)];

/** Inputs of a place: those of its channels, in pairs. */
export const inputsOf = ({ channels }: Pick<ContextModel, 'channels'>): number => roundUp(channels, 2);

/** What is written for each block, and what is read. */
export interface ContextRoom {
  readonly gridRows: Int32Array;
  readonly gridColumns: Int32Array;
  /** Inputs of the block and of what is around it. */
  readonly window: Int16Array;
  /** The block's: of each place those of the channels that are coded. */
  readonly symbols: Int32Array;
  /** Bytes that are read. */
  readonly bytes: Uint8Array;
  /** Of each quality the address of the channels that are coded. */
  readonly coded: readonly number[];
}

/** Writes a model to an instance's memory, in the order of kernels/context/model.ts; gives the room for blocks. */
export function putContextModel(
  model: ContextModel,
  coded: readonly (readonly CodedChannel[])[],
  exports: ContextExports,
): ContextRoom {
  const { radius, components, channels, hidden1, qualityBias, positionBias } = model;
  const [inputs, places] = [inputsOf(model), placesOf(channels, PIECE_SYMBOLS)];
  // Those of the place itself come one by one.
  const most = (neighbourCount(radius) * inputs) / 2 + channels;
  const memory = putLayers(exports, model, BIAS_SHIFTS, most);
  const w1 = memory.put(firstPairs(model));
  const biases = [qualityBias, positionBias].map((rows) => memory.put(paddedRows(rows, hidden1)));
  const codedAt = coded.map((own) => memory.put(Int32Array.from(own.flatMap(numbersOf))));
  const [gridRows, gridColumns] = [memory.take(places * 4), memory.take(places * 4)];
  // A block of a single column takes most.
  const windowLength = (places + radius) * (2 * radius + 1) * inputs;
  const [window, symbols] = [memory.take(windowLength * 2), memory.take(places * channels * 4)];
  const bytes = memory.take(MAX_SYMBOL_BYTES * places * channels);
  const addresses = [w1, ...biases, gridRows!, gridColumns!, window, symbols];
  memory.write(exports.MODEL.value, Int32Array.of(inputs, radius, components, ...addresses));
  return {
    gridRows: new Int32Array(memory.buffer, gridRows, places),
    gridColumns: new Int32Array(memory.buffer, gridColumns, places),
    window: new Int16Array(memory.buffer, window, windowLength),
    symbols: new Int32Array(memory.buffer, symbols, places * channels),
    bytes: new Uint8Array(memory.buffer, bytes, MAX_SYMBOL_BYTES * places * channels),
    coded: codedAt,
  };
}

const numbersOf = ({ channel, scale, log2Scale, min, count }: CodedChannel): number[] => [
  ...[channel, scale, log2Scale, min, count],
];

/** The first layer's weights as rows of pairs: for each pair of inputs the two of each unit. */
function firstPairs(model: ContextModel): Int16Array {
  const { channels, hidden1, w1 } = model;
  const [inputs, units] = [inputsOf(model), paddedUnits(hidden1)];
  const groups = w1.length / hidden1 / channels;
  const pairs = new Int16Array(groups * inputs * units);
  for (let row = 0, from = 0; from < w1.length; row++) {
    const input = Math.floor(row / channels) * inputs + (row % channels);
    const first = 2 * (input >> 1) * units + (input & 1);
    for (let unit = 0; unit < hidden1; unit++, from++) pairs[first + 2 * unit] = w1[from]!;
  }
  return pairs;
}
