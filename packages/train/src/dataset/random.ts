import { requireInteger } from './options.js';

/**
 * Seeded pseudo-random numbers: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c).
 * The same seed gives the same numbers on every machine. Not for secrets.
 */
export interface Random {
  /** The next integer, 0..2³²−1, uniform. */
  uint32(): number;
  /** A float64 in [0, 1), uniform, a multiple of 2⁻⁵³. */
  uniform(): number;
  /**
   * An integer in 0..n−1, uniform and without bias.
   * @throws RangeError where n is not an integer in 1..2³².
   */
  below(n: number): number;
  /** A float64 from the normal distribution with mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number;
  /** Fills `out` with normal numbers of mean 0 and the given standard deviation; returns `out`. */
  fillNormal(out: Float32Array, standardDeviation?: number): Float32Array;
  /** The state: four uint32, from which `randomFromState` goes on with the same numbers. */
  state(): [number, number, number, number];
}

const TWO_PI = 2 * Math.PI;
const GOLDEN = 0x9e3779b9;

/** fmix32, the finalizer of MurmurHash3 (Appleby, public domain): a bijection of uint32. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function stateWord(word: number, keys: readonly number[]): number {
  let h = Math.imul(word + 1, GOLDEN);
  for (const key of keys) {
    h = mix32(((h + GOLDEN) | 0) ^ (key | 0));
    h = mix32(((h + GOLDEN) | 0) ^ Math.floor(key / 2 ** 32));
  }
  return h;
}

/**
 * A generator seeded by one or more keys, each a non-negative safe integer: `createRandom(seed, epoch)` is a stream
 * of its own for every pair.
 * @throws TypeError or RangeError for a key that is not such an integer.
 */
export function createRandom(...keys: number[]): Random {
  for (const key of keys) requireInteger('seed', key, 0, Number.MAX_SAFE_INTEGER);
  return randomFromState([stateWord(0, keys), stateWord(1, keys), stateWord(2, keys), stateWord(3, keys)]);
}

/** The generator that goes on from a state; the all-zero state, from which xoshiro never leaves, becomes 1, 0, 0, 0. */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state.map((word) => word | 0) as [number, number, number, number];
  if ((a | b | c | d) === 0) a = 1;

  const uint32 = (): number => {
    const r = Math.imul(b, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) * 2 ** -53;
  const below = (n: number): number => {
    requireInteger('n', n, 1, 2 ** 32);
    // Draws above the largest multiple of n would favour the small results, so they are drawn again.
    const end = 2 ** 32 - (2 ** 32 % n);
    let draw = uint32();
    while (draw >= end) draw = uint32();
    return draw % n;
  };
  const radius = (): number => Math.sqrt(-2 * Math.log(1 - uniform()));
  const normal = (): number => radius() * Math.cos(TWO_PI * uniform());
  const fillNormal = (out: Float32Array, standardDeviation = 1): Float32Array => {
    for (let i = 0; i < out.length; i += 2) {
      const r = standardDeviation * radius();
      const angle = TWO_PI * uniform();
      out[i] = r * Math.cos(angle);
      if (i + 1 < out.length) out[i + 1] = r * Math.sin(angle);
    }
    return out;
  };
  return { uint32, uniform, below, normal, fillNormal, state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0] };
}

/** The numbers 0..count−1 in random order (Fisher and Yates, as in Knuth, The Art of Computer Programming 2, 3.4.2 P). */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
