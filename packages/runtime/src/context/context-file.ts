import { type ArrayField, type ArrayFile, readArrayFile, writeArrayFile } from './array-file.js';
import {
  type ContextModel,
  type ContextSizes,
  checkContextModel,
  neighbourCount,
  SIZE_LIMITS,
} from './context-model.js';
import { MAX_CONTEXT_FILE_BYTES } from './limits.js';

/** First bytes of a context model's file: "CAEC" and the newest version. */
const MAGIC = Uint8Array.of(0x43, 0x41, 0x45, 0x43, 2);
const VERSION_AT = MAGIC.length - 1;

type Field = ArrayField<ContextSizes> & { readonly name: Exclude<keyof ContextModel, keyof ContextSizes> };

/** What is first in each version. */
const SCALES: Readonly<Record<1 | 2, readonly Field[]>> = {
  1: [{ name: 'log2Scales', kind: 'i16', length: (s) => s.qualities }],
  2: [
    { name: 'scales', kind: 'u16', length: (s) => s.qualities * s.channels },
    { name: 'log2Scales', kind: 'i16', length: (s) => s.qualities * s.channels },
  ],
};

/** The arrays behind it in the order of their bytes: one list for reading and writing. */
const ARRAYS: readonly Field[] = [
  { name: 'ranges', kind: 'i16', length: (s) => s.channels * 2 },
  { name: 'w1', kind: 'i8', length: (s) => (neighbourCount(s.radius) + 1) * s.channels * s.hidden1 },
  { name: 'qualityBias', kind: 'i16', length: (s) => s.qualities * s.hidden1 },
  { name: 'positionBias', kind: 'i16', length: (s) => s.gridHeight * s.gridWidth * s.hidden1 },
  { name: 'channelBias', kind: 'i16', length: (s) => s.channels * s.hidden1 },
  { name: 'shift1', kind: 'u8', length: (s) => s.hidden1 },
  { name: 'w2', kind: 'i8', length: (s) => s.hidden2 * s.hidden1 },
  { name: 'bias2', kind: 'i16', length: (s) => s.channels * s.hidden2 },
  { name: 'shift2', kind: 'u8', length: (s) => s.hidden2 },
  { name: 'w3', kind: 'i8', length: (s) => s.channels * 3 * s.components * s.hidden2 },
  { name: 'bias3', kind: 'i16', length: (s) => s.channels * 3 * s.components },
  { name: 'shift3', kind: 'u8', length: (s) => s.channels * 3 * s.components },
];

const fileOf = (version: 1 | 2): ArrayFile<ContextSizes, ContextModel> => ({
  what: 'context model',
  magic: MAGIC.with(VERSION_AT, version),
  sizes: SIZE_LIMITS,
  fields: [...SCALES[version], ...ARRAYS],
  maxBytes: MAX_CONTEXT_FILE_BYTES,
  check: checkContextModel,
});

/**
 * Writes a context model as the bytes of a bundle's context.bin (FORMAT.md, "Context model").
 * @throws RangeError where an array's length is not what the sizes say; ConvaeError as {@link parseContext}.
 */
export function serializeContext(model: ContextModel): Uint8Array {
  return writeArrayFile(fileOf(model.scales === undefined ? 1 : 2), model);
}

/**
 * Reads a context model's file; hostile bytes are safe.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED.
 */
export function parseContext(bytes: Uint8Array): ContextModel {
  return readArrayFile(fileOf(bytes[VERSION_AT] === 1 ? 1 : 2), bytes);
}
