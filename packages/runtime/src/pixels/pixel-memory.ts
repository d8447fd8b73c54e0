import { neighbourCount } from '../context/context-model.js';
import { paddedRows, paddedUnits, putLayers } from '../context/put-layers.js';
import type { PixelExports } from './pixel-instance.js';
import { type PixelModel, pixelHeads } from './pixel-model.js';
import { pairStarts, pairWeights } from './pixel-pairs.js';
import { PIECE_VALUES } from './pixel-walker.js';

/** Most bytes of a block with what is around it: one of a single column takes most. */
const windowBytes = ({ radius, channels }: PixelModel): number =>
  (PIECE_VALUES + channels * radius) * (2 * radius + 1);

/** What is written for each block. */
export interface PixelRoom {
  readonly gridRows: Int32Array;
  readonly gridColumns: Int32Array;
  /** The block and what is around it. */
  readonly window: Uint8Array;
}

/** Writes a model to an instance's memory, in the order of kernels/pixels/model.ts; gives the room for blocks. */
export function putPixelModel(model: PixelModel, exports: PixelExports): PixelRoom {
  const { channels, radius, components, bases, biasShifts, copies } = model;
  const { gridHeight, gridWidth, hidden1, positionBias } = model;
  const memory = putLayers(exports, model, biasShifts, pairStarts(model).end);
  const sizes = [channels, radius, components, bases, biasShifts[0]!, Number(copies)];
  const [w1, positions] = [memory.put(firstPairs(model)), memory.put(paddedRows(positionBias, hidden1))];
  const blank = memory.take(gridHeight * gridWidth * Math.max(pixelHeads(model), 2) * 2);
  const [gridRows, gridColumns] = [memory.take(PIECE_VALUES * 4), memory.take(PIECE_VALUES * 4)];
  const window = memory.take(windowBytes(model));
  const addresses = [w1, positions, blank, gridRows, gridColumns, window];
  memory.write(exports.MODEL.value, Int32Array.of(...sizes, ...addresses));
  return {
    gridRows: new Int32Array(memory.buffer, gridRows, PIECE_VALUES),
    gridColumns: new Int32Array(memory.buffer, gridColumns, PIECE_VALUES),
    window: new Uint8Array(memory.buffer, window),
  };
}

/** The pairs of the first layer's inputs, channels as stored. */
function firstPairs(model: PixelModel): Int16Array {
  const units = paddedUnits(model.hidden1);
  const pairs = new Int16Array(2 * pairStarts(model).end * units);
  pairWeights(model, pairs, units);
  if (model.channels === 4) alphaLast(pairs, 2 * units, model.radius);
  return pairs;
}

/** Brings the neighbours' pairs and the white indicators' from coding order into that of stored pixels. */
function alphaLast(pairs: Int16Array, length: number, radius: number): void {
  const groups = neighbourCount(radius) + 1;
  for (let at = 0; at < 4 * groups * length; at += 4 * length) {
    const alpha = pairs.slice(at, at + length);
    pairs.copyWithin(at, at + length, at + 4 * length);
    pairs.set(alpha, at + 3 * length);
  }
}
