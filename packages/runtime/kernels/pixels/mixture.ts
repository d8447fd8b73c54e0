// The distribution of a value (FORMAT.md, "Distribution of a value").
import { model } from './model';
import { RESULTS } from './network';

const COMPONENTS = 8;
const WEIGHTS: usize = memory.data(4 * (COMPONENTS + 2), 16);
const MEANS: usize = memory.data(4 * COMPONENTS, 16);
/** Of each component its mantissa and its shift: together a scale. */
const SCALES: usize = memory.data(8 * COMPONENTS, 16);

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
/** The first of the largest weights. */
let heaviest: i32 = 0;

/** The probability of 0, of ALL. */
let ofZero: i32 = 0;

/** Takes the distribution that the network's results describe. bases: int32, B. */
export function take(bases: usize): void {
  const m = model();
  const components = m.components, count = m.bases;
  takeWeights(components);
  for (let i = 0, base = 0; i < components; i++) {
    const results = RESULTS + 4 * (components + i);
    store<i32>(MEANS + 4 * i, 256 * load<i32>(bases + 4 * base) + load<i32>(results));
    base = base + 1 == count ? 0 : base + 1;
    const sharpness = min(max(load<i32>(results + 4 * components), -2048), 1535);
    store<i32>(SCALES + 8 * i, <i32>load<u16>(m.mantissas + 2 * (sharpness & 255)));
    store<i32>(SCALES + 8 * i, 6 - (sharpness >> 8), 4);
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

/** The weights of the components, of 0 and of white. */
function takeWeights(components: i32): void {
  const count = components + 2;
  for (let i = 0; i < count; i++)
    store<i32>(WEIGHTS + 4 * i, load<i32>(RESULTS + 4 * (i < components ? i : i + 2 * components)));
  heaviest = weigh(WEIGHTS, count);
}

/**
 * Replaces logarithms by 2^a of each, brought to the sum 32768; what rounding leaves goes to the first of the largest, whose
 * number it returns.
 */
export function weigh(weights: usize, count: i32): i32 {
  const powers = model().powers;
  let most: i32 = i32.MIN_VALUE, largest = 0;
  for (let i = 0; i < count; i++) {
    const logarithm = load<i32>(weights + 4 * i);
    largest = logarithm > most ? i : largest;
    most = max(most, logarithm);
  }
  let sum: u32 = 0;
  for (let i = 0; i < count; i++) {
    const down = most - load<i32>(weights + 4 * i);
    const power = down >= 4096 ? 0 : <u32>load<u16>(powers + 2 * (down & 255)) >> (down >> 8);
    store<u32>(weights + 4 * i, power);
    sum += power;
  }
  let left: u32 = 32768;
  for (let i = 0; i < count; i++) {
    const weight = (load<u32>(weights + 4 * i) << 15) / sum;
    store<u32>(weights + 4 * i, weight);
    left -= weight;
  }
  store<u32>(weights + 4 * largest, load<u32>(weights + 4 * largest) + left);
  return largest;
}

/** Probability of a value, 0..255, of ALL. */
export function mass(value: i32): i32 {
  if (value == 0) return ofZero;
  if (value == 255) return max(0, ALL - ofZero - inside);
  return below(value + 1) - below(value) + (value >= 253 ? third : 0);
}

/** Σ weight · logistic at the lower edge of a value: at most 2^30. */
function below(value: i32): i32 {
  const logistic = model().logistic, components = model().components;
  const edge = (2 * value - 1) * 128;
  let sum = 0;
  for (let i = 0; i < components; i++) {
    const distance = min(max(edge - load<i32>(MEANS + 4 * i), -0x20000), 0x20000);
    const argument = (distance * load<i32>(SCALES + 8 * i)) >> load<i32>(SCALES + 8 * i, 4);
    const at = min(max(argument, -16383), 16383) + 16384;
    const entry = logistic + 2 * (at >> 5);
    const low = <i32>load<u16>(entry);
    sum += load<i32>(WEIGHTS + 4 * i) * (low + (((<i32>load<u16>(entry, 2) - low) * (at & 31)) >> 5));
  }
  return sum;
}

/** Cumulative frequency of the values 1.. before `value`, 1..255, where it is neither 0 nor 255. */
export function cumulative(value: i32): i32 {
  if (value <= 1) return 0;
  if (value >= 255) return 65536;
  const mass = below(value) - start + (value > 253 ? third : 0);
  return value - 1 + <i32>((<i64>mass * 65282) / <i64>inside);
}

/** The value, 1..254, whose interval holds the slot, 0..65535: a search with steps that double, from the likeliest mean. */
export function find(slot: i32): i32 {
  const mean = heaviest < model().components ? load<i32>(MEANS + 4 * heaviest) : 256 * 253;
  let low = min(max((mean + 128) >> 8, 1), 254);
  let high = low + 1;
  for (let step = 1; cumulative(low) > slot; step *= 2) {
    high = low;
    low = max(1, low - step);
  }
  for (let step = 1; cumulative(high) <= slot; step *= 2) {
    low = high;
    high = min(255, high + step);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (cumulative(middle) <= slot) low = middle;
    else high = middle;
  }
  return low;
}
