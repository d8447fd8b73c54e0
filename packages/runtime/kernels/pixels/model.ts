/** What the walk needs of the model beside its layers, int32 values: sizes, then addresses. */
@unmanaged
export class Model {
  channels: i32;
  radius: i32;
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
}

/** Where it lies. */
export const MODEL: usize = memory.data(256, 16);

// @ts-ignore: decorator
@inline
export function model(): Model {
  return changetype<Model>(MODEL);
}
