import {
  addVectors,
  advance,
  andVectors,
  assemble,
  type Code,
  get,
  larger,
  loadVector,
  multiplyFloats,
  repeat,
  set,
  storeVector,
  toFloats,
  toIntegers,
  type WasmFunction,
} from '../../context/wasm-module.js';
import {
  addFloats,
  belowFloats,
  divideFloats,
  highBytes,
  highShorts,
  largerFloats,
  lowBytes,
  lowShorts,
  narrowSigned,
  narrowToBytes,
  splatFloat,
  splatInteger,
  subtractFloats,
  truncateFloats,
} from './vector-operations.js';

/** Values that the functions take at a time. */
export const GROUP = 16;

/** The functions of the module; all arguments are byte addresses in its memory, and counts ≥ 1 of groups of 16. */
export interface PixelFunctions {
  /**
   * uint8 to[i] = float32 from[i], clamped to 0..1, times 255, rounded, halves up. Four int32 at `largest`: the bits of the
   * largest magnitudes, 0x7f800000 or more where a value is NaN or infinite.
   */
  pack(from: number, to: number, groups: number, largest: number): void;
  /** float32 to[i] = uint8 from[i] / 255. */
  unpack(from: number, to: number, groups: number): void;
}

/**
 * Four floats to integers. float32 rounds 255·v, and so 255·v + 0.5, perhaps up to the next integer k, never down past
 * one. Near it 256·v − (k − 0.5) is exact (Sterbenz's lemma), and below v where 255·v lies below k − 0.5: then k is one
 * too large.
 */
const rounded = (value: number, integer: number): Code[] => [
  ...[get(value), splatFloat(0), largerFloats, set(value)],
  ...[get(value), splatFloat(255), multiplyFloats, splatFloat(0.5), addFloats, truncateFloats, set(integer)],
  ...[get(value), splatFloat(256), multiplyFloats, get(integer), splatFloat(0.5), subtractFloats],
  ...[subtractFloats, get(value), belowFloats, get(integer), toIntegers, addVectors, set(integer)],
];

function pack(): WasmFunction {
  const [from, to, groups, largest, most, value, first] = [0, 1, 2, 3, 4, 5, 6] as const;
  const quarter = (i: number): Code[] => [
    ...[get(from), loadVector(16 * i), set(value)],
    ...[get(value), splatInteger(0x7fffffff), andVectors, get(most), larger, set(most)],
    ...rounded(value, first + i),
  ];
  return {
    name: 'pack',
    parameters: 4,
    locals: [0, 6],
    code: [
      repeat(
        groups,
        ...[0, 1, 2, 3].flatMap(quarter),
        ...[get(to), get(first), get(first + 1), narrowSigned, get(first + 2), get(first + 3), narrowSigned],
        ...[narrowToBytes, storeVector()],
        ...[advance(from, 4 * GROUP), advance(to, GROUP)],
      ),
      ...[get(largest), get(most), storeVector()],
    ],
  };
}

function unpack(): WasmFunction {
  const [from, to, groups, bytes] = [0, 1, 2, 3] as const;
  const quarter = (half: Code, part: Code, offset: number): Code[] => [
    ...[get(to), get(bytes), half, part, toFloats, splatFloat(255), divideFloats, storeVector(offset)],
  ];
  return {
    name: 'unpack',
    parameters: 3,
    locals: [0, 1],
    code: [
      repeat(
        groups,
        ...[get(from), loadVector(), set(bytes)],
        ...quarter(lowBytes, lowShorts, 0),
        ...quarter(lowBytes, highShorts, 16),
        ...quarter(highBytes, lowShorts, 32),
        ...quarter(highBytes, highShorts, 48),
        ...[advance(from, GROUP), advance(to, 4 * GROUP)],
      ),
    ],
  };
}

/** The bytes of the module with {@link PixelFunctions}. */
export const pixelModule = (): Uint8Array => assemble([pack(), unpack()]);
