/**
 * The model, int32 values: its sizes, then addresses. Units are rounded up to multiples of 16; what is beyond a layer's own
 * is 0. A layer's weights are rows of pairs: for each pair of inputs the two weights, int16, of each unit.
 */
@unmanaged
export class Model {
  channels: i32;
  radius: i32;
  units1: i32;
  units2: i32;
  units3: i32;
  components: i32;
  bases: i32;
  biasShift1: i32;
  /** 1 where colours are copied: then a last head says how a place is coded. */
  copies: i32;
  /**
   * Pairs: of each neighbour's channels and the white indicators, each channel as stored; the earlier channels of the place; with
   * copies, what differs among neighbours, and of each earlier channel from the candidates.
   */
  w1: usize;
  /** int16, for each place of the grid. */
  positionBias: usize;
  /** int32, for each channel in coding order, as all biases from here on. */
  bias1: usize;
  /** For each four units int32 limits and masks, and float32 numbers, as `activate` takes them. */
  scaling1: usize;
  w2: usize;
  bias2: usize;
  scaling2: usize;
  /** A layer for each channel. */
  w3: usize;
  bias3: usize;
  /** uint8, 3K + 2 for each channel. */
  shift3: usize;
  /**
   * uint16, where all inputs are 0: for each place and channel the frequency of 0; with copies, for each place that of copying
   * the left colour, without and with listed ones. 0 where not yet found.
   */
  blank: usize;
  /** int32, of each row of the block and then of each column: what it adds to the number of a place. */
  gridRows: usize;
  gridColumns: usize;
  /** uint8, the block and what is around it. */
  window: usize;
  /** uint16 each: MixtureTables. */
  powers: usize;
  mantissas: usize;
  logistic: usize;
}

/** Where it lies. */
export const MODEL: usize = memory.data(256, 16);

// @ts-ignore: decorator
@inline
export function model(): Model {
  return changetype<Model>(MODEL);
}
