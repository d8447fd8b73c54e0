import { ConvaeError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { MAX_CODED_SIDE } from './limits.js';
import { PRIORS, type Prior } from './priors.js';

/** Height and width of an image, pixels, 1..16384. */
export interface CodedSize {
  readonly height: number;
  readonly width: number;
}

/** One coded image: what its header says, and the entropy-coded bytes. */
export interface ImageStream {
  readonly prior: Prior;
  /** 0..15, an index into the bundle's step multipliers. */
  readonly quality: number;
  /** Absent where the image has the bundle's own size. */
  readonly size?: CodedSize;
  readonly payload: Uint8Array;
}

/** The ways to store a size, by largest side; the number of the way is in the header byte. */
export const SIZE_MODES = [
  { maxSide: 0, write: () => {}, read: () => undefined },
  {
    maxSide: 256,
    write: (writer: ByteWriter, { height, width }: CodedSize) => writer.u8(height - 1).u8(width - 1),
    read: (reader: ByteReader) => ({ height: reader.u8() + 1, width: reader.u8() + 1 }),
  },
  {
    maxSide: 4096,
    write: (writer: ByteWriter, { height, width }: CodedSize) => {
      const both = ((height - 1) << 12) | (width - 1);
      writer.u16(both).u8(both >>> 16);
    },
    read: (reader: ByteReader) => {
      const both = reader.u16() | (reader.u8() << 16);
      return { height: (both >>> 12) + 1, width: (both & 4095) + 1 };
    },
  },
  {
    maxSide: MAX_CODED_SIDE,
    write: (writer: ByteWriter, { height, width }: CodedSize) => writer.u16(height - 1).u16(width - 1),
    read: (reader: ByteReader) => ({ height: reader.u16() + 1, width: reader.u16() + 1 }),
  },
] as const;

const VERSION_BIT = 128;

/**
 * Reads the stream of one image; the payload is a view of the bytes.
 * @throws ConvaeError DATA_TRUNCATED, DATA_INVALID, LIMIT_EXCEEDED, or VERSION_UNSUPPORTED for a later version.
 */
export function readImageStream(bytes: Uint8Array): ImageStream {
  const reader = new ByteReader(bytes);
  const head = reader.u8();
  if (head & VERSION_BIT)
    throw new ConvaeError('VERSION_UNSUPPORTED', 'the image stream is of a later version');
  const mode = (head >>> 4) & 3;
  const size = SIZE_MODES[mode]!.read(reader);
  if (size && sizeMode(size) !== mode)
    throw new ConvaeError('DATA_INVALID', 'the image stream has an invalid size');
  const common = { prior: PRIORS[(head >>> 6) & 1]!, quality: head & 15, payload: reader.rest() };
  return size ? { ...common, size } : common;
}

/** The shortest way that holds the size, the only one that readers accept; undefined where none does. */
export function sizeMode(size: CodedSize | undefined): number | undefined {
  if (!size) return 0;
  const sides = [size.height, size.width];
  if (!sides.every((side) => Number.isInteger(side) && side >= 1)) return undefined;
  const mode = SIZE_MODES.findIndex(({ maxSide }) => Math.max(...sides) <= maxSide);
  return mode < 0 ? undefined : mode;
}
