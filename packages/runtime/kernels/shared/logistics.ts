// Weighted logistic distributions (FORMAT.md, "Mixture").

/** uint16, one behind the other: MixtureTables. */
export const TABLES: usize = memory.data(2 * (256 + 256 + 1025), 16);
const POWERS = TABLES;
const MANTISSAS = TABLES + 2 * 256;
const LOGISTIC = TABLES + 2 * 512;

const COMPONENTS = 8;
/** int32, sum 32768: of the components, then of what else shares it. */
export const WEIGHTS: usize = memory.data(4 * (COMPONENTS + 2), 16);
/** int32, 1/256. */
export const MEANS: usize = memory.data(4 * COMPONENTS, 16);
/** Of each component its mantissa and its shift: together a scale. */
const SCALES: usize = memory.data(8 * COMPONENTS, 16);

/** The first of the largest weights. */
export let heaviest: i32 = 0;

/** Takes the weights of `components` and of `others`, whose logarithms stand behind three for each component. */
export function takeWeights(results: usize, components: i32, others: i32): void {
  const count = components + others;
  for (let i = 0; i < count; i++)
    store<i32>(WEIGHTS + 4 * i, load<i32>(results + 4 * (i < components ? i : i + 2 * components)));
  heaviest = weigh(WEIGHTS, count);
}

/** Takes the sharpness of a component, a binary logarithm, 1/256, and at least `least`. */
// @ts-ignore: decorator
@inline
export function takeSharpness(component: i32, logarithm: i32, least: i32): void {
  const sharpness = min(max(logarithm, least), 1535);
  store<i32>(SCALES + 8 * component, <i32>load<u16>(MANTISSAS + 2 * (sharpness & 255)));
  store<i32>(SCALES + 8 * component, 6 - (sharpness >> 8), 4);
}

/**
 * Replaces logarithms by 2^a of each, brought to the sum 32768; what rounding leaves goes to the first of the largest, whose
 * number it returns.
 */
export function weigh(weights: usize, count: i32): i32 {
  let most: i32 = i32.MIN_VALUE, largest = 0;
  for (let i = 0; i < count; i++) {
    const logarithm = load<i32>(weights + 4 * i);
    largest = logarithm > most ? i : largest;
    most = max(most, logarithm);
  }
  let sum: u32 = 0;
  for (let i = 0; i < count; i++) {
    const down = most - load<i32>(weights + 4 * i);
    const power = down >= 4096 ? 0 : <u32>load<u16>(POWERS + 2 * (down & 255)) >> (down >> 8);
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

/** Σ weight · logistic at an edge, in the means' unit: at most 2^30, never falling with the edge. */
export function below(edge: i32, components: i32): i32 {
  let sum = 0;
  for (let i = 0; i < components; i++) {
    const distance = min(max(edge - load<i32>(MEANS + 4 * i), -0x20000), 0x20000);
    const argument = (distance * load<i32>(SCALES + 8 * i)) >> load<i32>(SCALES + 8 * i, 4);
    const at = min(max(argument, -16383), 16383) + 16384;
    const entry = LOGISTIC + 2 * (at >> 5);
    const low = <i32>load<u16>(entry);
    sum += load<i32>(WEIGHTS + 4 * i) * (low + (((<i32>load<u16>(entry, 2) - low) * (at & 31)) >> 5));
  }
  return sum;
}

/**
 * The entry whose interval holds the slot, 0..65535: a search with steps that double, from `likely`, first ≤ likely < end.
 * entries: has the cumulative frequency of an entry, strictly increasing.
 */
export function findEntry<T>(entries: T, slot: i32, likely: i32, first: i32, end: i32): i32 {
  let low = likely;
  let high = low + 1;
  for (let step = 1; entries.cumulative(low) > slot; step *= 2) {
    high = low;
    low = max(first, low - step);
  }
  for (let step = 1; entries.cumulative(high) <= slot; step *= 2) {
    low = high;
    high = min(end, high + step);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (entries.cumulative(middle) <= slot) low = middle;
    else high = middle;
  }
  return low;
}
