// The distribution of a value (FORMAT.md, "Distribution of a value").
import { RESULTS } from '../shared/layers';
import { below as belowEdge, findEntry, heaviest, MEANS, takeSharpness, takeWeights, WEIGHTS } from '../shared/logistics';
import { model } from './model';

const ALL = 1 << 30;

/** Frequency of 0 of 65536, 1..65535. */
export let zero: i32 = 1;
/** Frequency of 255 of 65536 where the value is not 0, 1..65535. */
export let white: i32 = 1;
/** Σ weight · logistic below value 1. */
let start: i32 = 0;
/** A third of the weight of white. */
let third: i32 = 0;
/** The probability of 1..254 together, of ALL; at least 1. */
let inside: i32 = 1;

/** The probability of 0, of ALL. */
let ofZero: i32 = 0;

/** Takes the distribution that the network's results describe. bases: int32, B. */
export function take(bases: usize): void {
  const m = model();
  const components = m.components, count = m.bases;
  takeWeights(RESULTS, components, 2);
  for (let i = 0, base = 0; i < components; i++) {
    const results = RESULTS + 4 * (components + i);
    store<i32>(MEANS + 4 * i, 256 * load<i32>(bases + 4 * base) + load<i32>(results));
    base = base + 1 == count ? 0 : base + 1;
    takeSharpness(i, load<i32>(results + 4 * components), -2048);
  }
  const last = WEIGHTS + 4 * components;
  start = below(1);
  third = <i32>((<u32>load<i32>(last, 4) << 15) / 3);
  ofZero = (load<i32>(last) << 15) + start;
  inside = below(255) - start + 2 * third;
  zero = possible(ofZero >> 14);
  const rest = max(1, ALL - ofZero);
  white = possible(<i32>(((<i64>(ALL - ofZero - inside)) << 16) / <i64>rest));
  inside = max(1, inside);
}

// @ts-ignore: decorator
@inline
function possible(frequency: i32): i32 {
  return min(max(frequency, 1), 65535);
}

/** Probability of a value, 0..255, of ALL. */
export function mass(value: i32): i32 {
  if (value == 0) return ofZero;
  if (value == 255) return max(0, ALL - ofZero - inside);
  return below(value + 1) - below(value) + (value >= 253 ? third : 0);
}

/** Σ weight · logistic at the lower edge of a value. */
// @ts-ignore: decorator
@inline
function below(value: i32): i32 {
  return belowEdge((2 * value - 1) * 128, model().components);
}

/** Cumulative frequency of the values 1.. before `value`, 1..255, where it is neither 0 nor 255. */
export function cumulative(value: i32): i32 {
  if (value <= 1) return 0;
  if (value >= 255) return 65536;
  const mass = below(value) - start + (value > 253 ? third : 0);
  return value - 1 + <i32>((<i64>mass * 65282) / <i64>inside);
}

/** What {@link findEntry} searches. */
@unmanaged
class Values {
  // @ts-ignore: decorator
  @inline
  cumulative(value: i32): i32 {
    return cumulative(value);
  }
}

/** The value, 1..254, whose interval holds the slot, 0..65535. */
export function find(slot: i32): i32 {
  const mean = heaviest < model().components ? load<i32>(MEANS + 4 * heaviest) : 256 * 253;
  return findEntry(changetype<Values>(0), slot, min(max((mean + 128) >> 8, 1), 254), 1, 255);
}
