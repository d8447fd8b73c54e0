// The distribution of a symbol (FORMAT.md, "Mixture").
import { RESULTS } from '../shared/layers';
import { below, findEntry, heaviest, MEANS, takeSharpness, takeWeights } from '../shared/logistics';
import { Coded, model } from './model';

let min_: i32 = 0;
let count: i32 = 3;

/** Takes the distribution that the network's results describe. */
export function take(coded: Coded): void {
  const components = model().components;
  min_ = coded.min;
  count = coded.count;
  takeWeights(RESULTS, components, 0);
  for (let i = 0; i < components; i++) {
    const results = RESULTS + 4 * (components + i);
    store<i32>(MEANS + 4 * i, quotient(64 * load<i32>(results), coded.scale));
    takeSharpness(i, load<i32>(results + 4 * components) + coded.log2Scale, -1024);
  }
}

/** a / b, rounded down. */
// @ts-ignore: decorator
@inline
function quotient(a: i32, b: i32): i32 {
  const towards0 = a / b;
  return towards0 * b > a ? towards0 - 1 : towards0;
}

/** Cumulative frequency of the entries before one, strictly increasing from 0 to 65536. */
export function cumulative(entry: i32): i32 {
  if (entry <= 0) return 0;
  if (entry >= count) return 65536;
  // The symbol's lower edge, half a symbol below it, in 1/256 symbols.
  const sum = below((2 * (min_ + entry - 1) - 1) * 128, model().components);
  return entry + <i32>((<u32>((sum >>> 14) * (65536 - count))) >> 16);
}

/** What {@link findEntry} searches. */
@unmanaged
class Entries {
  // @ts-ignore: decorator
  @inline
  cumulative(entry: i32): i32 {
    return cumulative(entry);
  }
}

/** The entry whose interval holds the slot, 0..65535; most symbols lie at the mean of the heaviest component. */
export function find(slot: i32): i32 {
  const likely = ((load<i32>(MEANS + 4 * heaviest) + 128) >> 8) - min_ + 1;
  return findEntry(changetype<Entries>(0), slot, min(max(likely, 0), count - 1), 0, count);
}
