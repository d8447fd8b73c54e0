import { type ArrayFile, readArrayFile, type SizeLimits, writeArrayFile } from '../context/array-file.js';
import {
  checkBound,
  checkLayer,
  checkShifts,
  columnSum,
  MAX_CONTEXT_COMPONENTS,
  MAX_CONTEXT_HIDDEN,
  neighbourCount,
} from '../context/context-model.js';
import { ConvaeError } from '../errors.js';
import { MAX_PIXEL_FILE_BYTES } from './limits.js';
import { COPY_CANDIDATES, COPY_CHOICES, COPY_PAIRS } from './pixel-copies.js';

/** Most rows and columns of pixels above and beside one that its probabilities depend on. */
export const MAX_PIXEL_RADIUS = 5;
/** Most values around one that the means of its distribution are counted from. */
const MAX_PIXEL_BASES = 4;
/** Largest power of two of a layer's biases. */
export const MAX_BIAS_SHIFT = 16;
/** Largest input: a value, or an indicator that is on. */
export const MAX_PIXEL_INPUT = 255;
/** The white indicator is on where the left neighbour is above this. */
export const WHITE_ABOVE = 250;

/**
 * The context model of a lossless bundle: a small network in integers that gives each value's distribution from the values
 * before it (FORMAT.md, "Pixel context model"). All arrays row-major; C = channels in coding order, P = gridHeight·gridWidth,
 * H1 = hidden1, H2 = hidden2, K = components, n = 2·radius·(radius + 1) neighbours.
 */
export interface PixelModel {
  /** 1 (grey), 3 (red, green, blue) or 4 (alpha, red, green, blue). */
  readonly channels: number;
  /** Rows of the grid of places, 1..16384; 1 where no row differs from another. */
  readonly gridHeight: number;
  /** Columns of the grid, 1..16384. */
  readonly gridWidth: number;
  /** 1..5. Neighbours: the rows y − radius .. y − 1, each x − radius .. x + radius, then the row y, x − radius .. x − 1. */
  readonly radius: number;
  /** Units of the first hidden layer, 1..512. */
  readonly hidden1: number;
  /** Units of the second hidden layer, 1..512. */
  readonly hidden2: number;
  /** Logistic distributions in a value's mixture, 1..8. */
  readonly components: number;
  /** 1..4: component i counts its mean from base i mod this: left, above, above on the right, their gradient. */
  readonly bases: number;
  /** Whether a place's colour may be copied; then H = C + 1 heads, the last of which says how a place is coded, else H = C. */
  readonly copies: boolean;
  /** 3 numbers, 0..16: the biases of each layer are in units of 2^this. */
  readonly biasShifts: Uint8Array;
  /**
   * {@link pixelRows}×H1, a row for each input: of each neighbour and channel its value and whether it is above 0; of each
   * channel whether the left neighbour is above 250; of each earlier channel of the place its value and whether it is above 0; where colours are copied
   * of each pair of neighbours whether they differ, and of each earlier channel whether it differs from each candidate's.
   */
  readonly w1: Int16Array;
  /** P×H1. */
  readonly positionBias: Int16Array;
  /** H×H1. */
  readonly channelBias: Int16Array;
  /** H1, 0..24, as all shifts. */
  readonly shift1: Uint8Array;
  /** H2×H1, a row for each output. */
  readonly w2: Int16Array;
  /** H×H2. */
  readonly bias2: Int16Array;
  /** H2. */
  readonly shift2: Uint8Array;
  /** H×(3K + 2)×H2, a row for each output: K weights, K means, K sharpnesses, the weights of 0 and of white; of the last head 6 weights. */
  readonly w3: Int16Array;
  /** H×(3K + 2). */
  readonly bias3: Int16Array;
  /** H×(3K + 2). */
  readonly shift3: Uint8Array;
}

/** The sizes that the arrays follow from. */
export type PixelSizes = Pick<
  PixelModel,
  | 'channels'
  | 'gridHeight'
  | 'gridWidth'
  | 'radius'
  | 'hidden1'
  | 'hidden2'
  | 'components'
  | 'bases'
  | 'copies'
>;

/** The sizes in a file, whose version says the rest. */
type FileSizes = Omit<PixelSizes, 'copies'>;

/** In which order the channels of a pixel are coded: alpha first, because colours say nothing where it is 0. */
export const codingOrder = (channels: number): readonly number[] =>
  channels === 4 ? [3, 0, 1, 2] : Array.from({ length: channels }, (_, channel) => channel);

/** Outputs of the network for one value. */
export const pixelOutputs = ({ components }: Pick<PixelSizes, 'components'>): number => 3 * components + 2;

/** What the network answers: a value of each channel, and last where colours are copied how a place is coded. */
export const pixelHeads = ({ channels, copies }: Pick<PixelSizes, 'channels' | 'copies'>): number =>
  channels + (copies ? 1 : 0);

/** Inputs that tell whether colours differ. */
export const differences = ({ channels, copies }: Pick<PixelSizes, 'channels' | 'copies'>): number =>
  copies ? COPY_PAIRS.length + COPY_CANDIDATES.length * (channels - 1) : 0;

/** Inputs of the network, rows of `w1`. */
export const pixelRows = (sizes: Pick<PixelSizes, 'radius' | 'channels' | 'copies'>): number => {
  const { radius, channels } = sizes;
  return 2 * neighbourCount(radius) * channels + channels + 2 * (channels - 1) + differences(sizes);
};

/** In the order of the file; the version says whether colours are copied. */
const LIMITS: SizeLimits<FileSizes> = [
  ['channels', 1, 4],
  ['gridHeight', 1, 16384],
  ['gridWidth', 1, 16384],
  ['radius', 1, MAX_PIXEL_RADIUS],
  ['hidden1', 1, MAX_CONTEXT_HIDDEN],
  ['hidden2', 1, MAX_CONTEXT_HIDDEN],
  ['components', 1, MAX_CONTEXT_COMPONENTS],
  ['bases', 1, MAX_PIXEL_BASES],
];

/** First bytes of the file: "CAEP" and the newest version. */
const MAGIC = Uint8Array.of(0x43, 0x41, 0x45, 0x50, 2);
const VERSION_AT = MAGIC.length - 1;
/** With copies, inputs tell of colours so far away, and a head has outputs for all choices. */
const LEAST_WITH_COPIES = { radius: 2, components: Math.ceil((COPY_CHOICES - 2) / 3) } as const;

/** The file of a version, with the arrays in the order of their bytes. */
const fileOf = (copies: boolean): ArrayFile<FileSizes, Omit<PixelModel, 'copies'>> => {
  const heads = (s: FileSizes): number => pixelHeads({ ...s, copies });
  return {
    what: 'pixel context model',
    magic: MAGIC.with(VERSION_AT, copies ? 2 : 1),
    sizes: LIMITS,
    fields: [
      { name: 'biasShifts', kind: 'u8', length: () => 3 },
      { name: 'w1', kind: 'i16', length: (s) => pixelRows({ ...s, copies }) * s.hidden1 },
      { name: 'positionBias', kind: 'i16', length: (s) => s.gridHeight * s.gridWidth * s.hidden1 },
      { name: 'channelBias', kind: 'i16', length: (s) => heads(s) * s.hidden1 },
      { name: 'shift1', kind: 'u8', length: (s) => s.hidden1 },
      { name: 'w2', kind: 'i16', length: (s) => s.hidden2 * s.hidden1 },
      { name: 'bias2', kind: 'i16', length: (s) => heads(s) * s.hidden2 },
      { name: 'shift2', kind: 'u8', length: (s) => s.hidden2 },
      { name: 'w3', kind: 'i16', length: (s) => heads(s) * pixelOutputs(s) * s.hidden2 },
      { name: 'bias3', kind: 'i16', length: (s) => heads(s) * pixelOutputs(s) },
      { name: 'shift3', kind: 'u8', length: (s) => heads(s) * pixelOutputs(s) },
    ],
    maxBytes: MAX_PIXEL_FILE_BYTES,
    check: (model) => checkPixelModel({ ...model, copies }),
  };
};

/**
 * Writes a pixel context model as the bytes of a lossless bundle's context.bin (FORMAT.md, "Pixel context model").
 * @throws RangeError where an array's length is not what the sizes say; ConvaeError as {@link parsePixels}.
 */
export const serializePixels = (model: PixelModel): Uint8Array => writeArrayFile(fileOf(model.copies), model);

/**
 * Reads a pixel context model's file; hostile bytes are safe.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, VERSION_UNSUPPORTED or LIMIT_EXCEEDED.
 */
export function parsePixels(bytes: Uint8Array): PixelModel {
  const copies = bytes[VERSION_AT] !== 1;
  return { ...readArrayFile(fileOf(copies), bytes), copies };
}

/** Channels, shifts, and that no accumulator can leave int32. */
function checkPixelModel(model: PixelModel): void {
  const { channels, biasShifts, hidden1, hidden2 } = model;
  const heads = pixelHeads(model);
  if (channels === 2) throw new ConvaeError('DATA_INVALID', 'the pixel context model has the channels 2');
  if (model.copies) checkCopies(model);
  checkShifts(model.shift1, model.shift2, model.shift3);
  for (const shift of biasShifts)
    if (shift > MAX_BIAS_SHIFT)
      throw new ConvaeError('DATA_INVALID', `the pixel context model has biases of 2^${shift}`);
  checkFirstLayer(model);
  const [, unit2, unit3] = Array.from(biasShifts, (shift) => 2 ** shift);
  checkLayer(model.w2, hidden1, model.bias2, heads, hidden2, unit2!);
  checkLayer(model.w3, hidden2, model.bias3, 1, heads * pixelOutputs(model), unit3!);
}

function checkCopies(model: PixelModel): void {
  for (const name of ['radius', 'components'] as const)
    if (model[name] < LEAST_WITH_COPIES[name])
      throw new ConvaeError(
        'DATA_INVALID',
        `a pixel context model with copies has the ${name} ${model[name]}`,
      );
}

function checkFirstLayer({ hidden1, w1, positionBias, channelBias, biasShifts }: PixelModel): void {
  for (let unit = 0; unit < hidden1; unit++) {
    const weights = columnSum(w1, hidden1, unit, (sum, weight) => sum + weight);
    const position = columnSum(positionBias, hidden1, unit, Math.max);
    const channel = columnSum(channelBias, hidden1, unit, Math.max);
    checkBound(weights * MAX_PIXEL_INPUT + (position + channel) * 2 ** biasShifts[0]!);
  }
}
