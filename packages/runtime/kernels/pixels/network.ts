// The three layers (FORMAT.md, "Pixel context model"). Sums of integers in int32 do not depend on their order.
import { model } from './model';

/** Largest sizes of a model: units of a layer, outputs, inputs that are not 0. */
const UNITS = 512;
const OUTPUTS = 32;
const INPUTS = 288;

/** Inputs that are not 0, in pairs: the address of a pair's weights, and its two values, int16. */
const LIST: usize = memory.data(8 * INPUTS, 16);
const HIDDEN_LIST: usize = memory.data(4 * UNITS, 16);
const SUMS1: usize = memory.data(4 * UNITS, 16);
const SUMS: usize = memory.data(4 * UNITS, 16);
const HIDDEN: usize = memory.data(2 * UNITS, 16);
/** int32, 3K + 2: what `run` found. */
export const RESULTS: usize = memory.data(4 * OUTPUTS, 16);

/** An input of 255: white, or an indicator that is on. */
const ON = 255;

/** Ends of the list: of all inputs, and of those that the first layer's sums hold. */
let end: usize = LIST;
let entered: usize = 0;

export function clear(): void {
  end = LIST;
  entered = 0;
}

export function isBlank(): bool {
  return end == LIST;
}

/** Takes `count` inputs with pairs of weights from an address on, those above 0; without branches, which would be missed. */
export function push(values: usize, count: i32, weights: usize): void {
  const step = 4 * model().units1;
  let to = end;
  for (const last = values + count; values < last; values++, weights += step) {
    const value = <i32>load<u8>(values);
    store<usize>(to, weights);
    store<i32>(to, value | (ON << 16), 4);
    to += value > 0 ? 8 : 0;
  }
  end = to;
}

/** Takes the indicators of what is above a value. */
export function pushAbove(values: usize, count: i32, weights: usize, bound: i32): void {
  const step = 4 * model().units1;
  for (let i = 0; i < count; i++, weights += step) {
    if (<i32>load<u8>(values + i) <= bound) continue;
    store<usize>(end, weights);
    store<i32>(end, ON, 4);
    end += 8;
  }
}

/** Takes an indicator that is on or not. */
// @ts-ignore: decorator
@inline
export function pushIf(on: bool, weights: usize): void {
  store<usize>(end, weights);
  store<i32>(end, ON, 4);
  end += on ? 8 : 0;
}

/** Finds the outputs of a head: a channel in coding order, or how a place is coded. */
export function run(position: i32, channel: i32): void {
  const m = model();
  const units1 = m.units1, units2 = m.units2, units3 = m.units3;
  if (entered == 0) {
    begin(m.positionBias + 2 * position * units1, m.biasShift1, units1);
    entered = LIST;
  }
  if (entered < end) accumulate(SUMS1, SUMS1, entered, end, units1);
  entered = end;
  activate(SUMS1, m.bias1 + 4 * channel * units1, m.scaling1, units1);
  accumulate(m.bias2 + 4 * channel * units2, SUMS, HIDDEN_LIST, list(m.w2, units1, 4 * units2), units2);
  activateOwn(m.scaling2, units2);
  const weights = m.w3 + 2 * channel * units2 * units3;
  accumulate(m.bias3 + 4 * channel * units3, SUMS, HIDDEN_LIST, list(weights, units2, 4 * units3), units3);
  const outputs = 3 * m.components + 2;
  limit(m.shift3 + channel * outputs, outputs);
}

/** The first layer's biases of a place. */
function begin(biases: usize, shift: i32, units: i32): void {
  for (let i = 0; i < units; i += 4) v128.store(SUMS1 + 4 * i, i32x4.shl(v128.load_ext<i16>(biases + 2 * i), shift));
}

// @ts-ignore: decorator
@inline
function more(sum: v128, weights: usize, values: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(weights), values));
}

/** int32 to[i] = first[i] + Σ low · weights[2i] + high · weights[2i + 1] over the pairs of a list. */
function accumulate(first: usize, to: usize, list: usize, end: usize, units: i32): void {
  for (let offset: usize = 0; units > 0; units -= 16, first += 64, to += 64, offset += 64) {
    let a = v128.load(first), b = v128.load(first, 16), c = v128.load(first, 32), d = v128.load(first, 48);
    for (let at = list; at < end; at += 8) {
      const w = load<usize>(at) + offset;
      const x = v128.load32_splat(at, 4);
      a = more(a, w, x);
      b = more(b, w + 16, x);
      c = more(c, w + 32, x);
      d = more(d, w + 48, x);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/**
 * clamp(x >> shift, 0, 4095) as int32. What a mask leaves of x has twelve bits, so float32 holds it; added to 2^(23 + shift)
 * it lies in the last twelve bits, shifted.
 */
// @ts-ignore: decorator
@inline
function activation(x: v128, scaling: usize): v128 {
  const bounded = i32x4.min_s(i32x4.max_s(x, i32x4.splat(0)), v128.load(scaling));
  const kept = f32x4.convert_i32x4_s(v128.and(bounded, v128.load(scaling, 16)));
  return v128.and(f32x4.add(kept, v128.load(scaling, 32)), i32x4.splat(4095));
}

/** The units of a layer from its sums and biases, to HIDDEN. */
function activate(sums: usize, biases: usize, scaling: usize, units: i32): void {
  let to = HIDDEN;
  for (const last = sums + 4 * units; sums < last; sums += 32, biases += 32, scaling += 96, to += 16) {
    const low = activation(i32x4.add(v128.load(sums), v128.load(biases)), scaling);
    const high = activation(i32x4.add(v128.load(sums, 16), v128.load(biases, 16)), scaling + 48);
    v128.store(to, i16x8.narrow_i32x4_s(low, high));
  }
}

/** The units of a layer from its sums with their biases in SUMS, to HIDDEN. */
function activateOwn(scaling: usize, units: i32): void {
  let to = HIDDEN;
  for (let sums = SUMS, last = SUMS + 4 * units; sums < last; sums += 32, scaling += 96, to += 16) {
    const low = activation(v128.load(sums), scaling), high = activation(v128.load(sums, 16), scaling + 48);
    v128.store(to, i16x8.narrow_i32x4_s(low, high));
  }
}

/** Lists the pairs of HIDDEN that are not 0, whose weights have so many bytes each; gives the list's end. */
function list(weights: usize, units: i32, step: i32): usize {
  let to = HIDDEN_LIST;
  for (let at = HIDDEN, last = HIDDEN + 2 * units; at < last; at += 4, weights += step) {
    const pair = load<i32>(at);
    store<usize>(to, weights);
    store<i32>(to, pair, 4);
    to += pair != 0 ? 8 : 0;
  }
  return to;
}

/** The results of the sums in SUMS, which hold their biases. */
function limit(shifts: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const x = load<i32>(SUMS + 4 * i) >> <i32>load<u8>(shifts + i);
    store<i32>(RESULTS + 4 * i, min(max(x, -0x80000), 0x80000));
  }
}
