// The three layers of the networks that give distributions (FORMAT.md, "Context model" and "Pixel context model"). Sums of
// integers in int32 do not depend on their order.

/** Largest sizes of a network: units of a layer, outputs. */
const UNITS = 512;
const OUTPUTS = 32;

/**
 * Int32 values: sizes, then addresses. Units are rounded up to multiples of 16; what is beyond a layer's own is 0. Layers are
 * rows of pairs: for each pair of inputs the two weights, int16, of each unit.
 */
@unmanaged
class Layers {
  units1: i32;
  units2: i32;
  units3: i32;
  /** Outputs of a head. */
  outputs: i32;
  /** Room for all inputs in pairs, as {@link push} takes them. */
  inputs: usize;
  /** int32, for each head, as all biases. */
  bias1: usize;
  /** For each four units int32 limits and masks, and float32 numbers, as `activate` takes them. */
  scaling1: usize;
  w2: usize;
  bias2: usize;
  scaling2: usize;
  /** A layer for each head. */
  w3: usize;
  bias3: usize;
  /** uint8, of each head's outputs. */
  shift3: usize;
}

/** Where it lies. */
export const LAYERS: usize = memory.data(64, 16);

// @ts-ignore: decorator
@inline
export function layers(): Layers {
  return changetype<Layers>(LAYERS);
}

/** int32, of the first layer: biases of the place and what its inputs add. */
export const SUMS1: usize = memory.data(4 * UNITS, 16);
const SUMS: usize = memory.data(4 * UNITS, 16);
const HIDDEN: usize = memory.data(2 * UNITS, 16);
/** int32, what `run` found. */
export const RESULTS: usize = memory.data(4 * OUTPUTS, 16);

/** Ends of the list: of all inputs, and of those that the first layer's sums hold. */
let end: usize = 0;
let entered: usize = 0;

/** Begins a place. */
export function clear(): void {
  end = layers().inputs;
  entered = 0;
}

export function isBlank(): bool {
  return end == layers().inputs;
}

/** Whether the first layer's sums are those of the place. */
export function isBegun(): bool {
  return entered != 0;
}

/** Told where they hold its biases. */
export function begun(): void {
  entered = layers().inputs;
}

// @ts-ignore: decorator
@inline
export function listEnd(): usize {
  return end;
}

// @ts-ignore: decorator
@inline
export function setListEnd(to: usize): void {
  end = to;
}

/** Writes a pair of inputs, int16, to the list: the address of its weights, and its values. */
// @ts-ignore: decorator
@inline
export function put(to: usize, weights: usize, pair: i32): void {
  store<usize>(to, weights);
  store<i32>(to, pair, 4);
}

/** Takes a pair of inputs, or not. */
// @ts-ignore: decorator
@inline
export function pushIf(on: bool, weights: usize, pair: i32): void {
  put(end, weights, pair);
  end += on ? 8 : 0;
}

/** Finds the outputs of a head from the inputs that were taken. */
export function run(head: i32): void {
  const l = layers();
  const units1 = l.units1, units2 = l.units2, units3 = l.units3;
  if (entered < end) accumulate(entered, units1);
  entered = end;
  activate(SUMS1, l.bias1 + 4 * head * units1, l.scaling1, units1);
  dense(l.bias2 + 4 * head * units2, l.w2, units1, units2);
  activateOwn(l.scaling2, units2);
  dense(l.bias3 + 4 * head * units3, l.w3 + 2 * head * units2 * units3, units2, units3);
  limit(l.shift3 + head * l.outputs, l.outputs);
}

/** sum[i] + low · weights[2i] + high · weights[2i + 1]. */
// @ts-ignore: decorator
@inline
function more(sum: v128, weights: v128, pair: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, pair));
}

/** Adds the pairs of the list from an address on to the first layer's sums. */
function accumulate(list: usize, units: i32): void {
  for (let offset: usize = 0; units > 0; units -= 16, offset += 64) {
    const to = SUMS1 + offset;
    let a = v128.load(to), b = v128.load(to, 16), c = v128.load(to, 32), d = v128.load(to, 48);
    for (let at = list; at < end; at += 8) {
      const w = load<usize>(at) + offset;
      const x = v128.load32_splat(at, 4);
      a = more(a, v128.load(w), x);
      b = more(b, v128.load(w, 16), x);
      c = more(c, v128.load(w, 32), x);
      d = more(d, v128.load(w, 48), x);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** The sums of a layer of `units`, from `inputs` units in HIDDEN, to SUMS. Few are 0: none are looked for. */
function dense(biases: usize, weights: usize, inputs: i32, units: i32): void {
  const last = HIDDEN + 2 * inputs, step = 4 * units;
  for (let to = SUMS, end = SUMS + 4 * units; to < end; to += 64, biases += 64, weights += 64) {
    let a = v128.load(biases), b = v128.load(biases, 16), c = v128.load(biases, 32), d = v128.load(biases, 48);
    for (let at = HIDDEN, w = weights; at < last; at += 8, w += step) {
      let x = v128.load32_splat(at);
      a = more(a, v128.load(w), x);
      b = more(b, v128.load(w, 16), x);
      c = more(c, v128.load(w, 32), x);
      d = more(d, v128.load(w, 48), x);
      w += step;
      x = v128.load32_splat(at, 4);
      a = more(a, v128.load(w), x);
      b = more(b, v128.load(w, 16), x);
      c = more(c, v128.load(w, 32), x);
      d = more(d, v128.load(w, 48), x);
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

/** The results of the sums in SUMS, which hold their biases. */
function limit(shifts: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const x = load<i32>(SUMS + 4 * i) >> <i32>load<u8>(shifts + i);
    store<i32>(RESULTS + 4 * i, min(max(x, -0x80000), 0x80000));
  }
}
