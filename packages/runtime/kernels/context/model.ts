/** What the walk needs of the model beside its layers, int32 values: sizes, then addresses. */
@unmanaged
export class Model {
  /** Channels, rounded up to an even number: so many inputs has a place. */
  inputs: i32;
  radius: i32;
  components: i32;
  /** Pairs: of each neighbour's inputs, then of the place's own. */
  w1: usize;
  /** int16, for each quality, and for each place of the grid. */
  qualityBias: usize;
  positionBias: usize;
  /** int32, of each row of the block and then of each column: what it adds to the number of a place. */
  gridRows: usize;
  gridColumns: usize;
  /** int16, the inputs of the block and of what is around it; 0 where they are not known. */
  window: usize;
  /** int32, the block's symbols: of each place those of the channels that are coded. */
  symbols: usize;
}

/** Where it lies. */
export const MODEL: usize = memory.data(64, 16);

// @ts-ignore: decorator
@inline
export function model(): Model {
  return changetype<Model>(MODEL);
}

/** A channel that is coded, int32 values: `CodedChannel`. */
@unmanaged
export class Coded {
  channel: i32;
  scale: i32;
  log2Scale: i32;
  min: i32;
  count: i32;
}
