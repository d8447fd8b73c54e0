import type { ImageBatch } from '@convae/runtime/web';

/** The sizes of a picture. Channels: 1 grey, 3 RGB, 4 RGB and opacity. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A picture as it is drawn: float32, height×width×channels, row-major, 0..1.
 * Grey: 0 (empty) to 1 (full ink), because the networks were trained on light digits on black. Colours are those of the
 * page: white paper, or none where there is an opacity, which is not multiplied into them.
 */
export interface Picture extends PictureShape {
  readonly data: Float32Array;
}

export function emptyPicture(height: number, width: number, channels = 1): Picture {
  const data = new Float32Array(height * width * channels);
  return { data: data.fill(groundOf(channels)), height, width, channels };
}

/** The value of every channel where nothing has been drawn. */
export const groundOf = (channels: number): number => (channels === 3 ? 1 : 0);

export function copyPicture(picture: Picture): Picture {
  return { ...picture, data: picture.data.slice() };
}

/** Whether nothing has been drawn. */
export function isEmpty({ data, channels }: Picture): boolean {
  const ground = groundOf(channels);
  return channels === 4
    ? data.every((value, i) => i % 4 !== 3 || value === 0)
    : data.every((value) => value === ground);
}

/** uint8, 1×height×width×channels, 0..255: what the codec takes. */
export function toImage({ data, height, width, channels }: Picture): ImageBatch {
  return {
    data: Uint8Array.from(data, (value) => Math.round(value * 255)),
    count: 1,
    height,
    width,
    channels,
  };
}

/** The picture with the sides and channels of a model. */
export function fitPicture(picture: Picture, { height, width, channels }: PictureShape): Picture {
  return resizePicture(withChannels(picture, channels), height, width);
}

/** A pixel of one kind as one of another. Ink is black on paper, and paper is no ink. */
type Convert = (from: ArrayLike<number>, at: number) => readonly number[];

const overWhite: Convert = (from, at) => [0, 1, 2].map((c) => 1 - from[at + 3]! * (1 - from[at + c]!));
const inkOf: Convert = (from, at) => [1 - lumaOf(from, at)];

const CONVERSIONS: Readonly<Record<string, Convert>> = {
  '1 to 3': (from, at) => [1 - from[at]!, 1 - from[at]!, 1 - from[at]!],
  '1 to 4': (from, at) => [0, 0, 0, from[at]!],
  '3 to 1': inkOf,
  '3 to 4': (from, at) => [from[at]!, from[at + 1]!, from[at + 2]!, 1],
  '4 to 1': (from, at) => inkOf(overWhite(from, at), 0),
  '4 to 3': overWhite,
};

/** Luma of ITU-R BT.601. */
const lumaOf = (from: ArrayLike<number>, at: number): number =>
  0.299 * from[at]! + 0.587 * from[at + 1]! + 0.114 * from[at + 2]!;

function withChannels(picture: Picture, channels: number): Picture {
  const convert = CONVERSIONS[`${picture.channels} to ${channels}`];
  if (!convert) return picture;
  const { height, width } = picture;
  const data = new Float32Array(height * width * channels);
  for (let i = 0; i < height * width; i++)
    data.set(convert(picture.data, i * picture.channels), i * channels);
  return { data, height, width, channels };
}

/** The same picture with other sides: each new pixel is the mean of the area that it covers. */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const resized = emptyPicture(height, width, picture.channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const area = {
        top: (y * picture.height) / height,
        bottom: ((y + 1) * picture.height) / height,
        left: (x * picture.width) / width,
        right: ((x + 1) * picture.width) / width,
      };
      resized.data.set(meanOf(picture, area), (y * width + x) * picture.channels);
    }
  }
  return resized;
}

interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Colours count as much as they are opaque. */
function meanOf({ data, width, channels }: Picture, { top, bottom, left, right }: Area): number[] {
  const sums = new Array<number>(channels).fill(0);
  let weight = 0;
  for (let y = Math.floor(top); y < bottom; y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.floor(left); x < right; x++) {
      const at = (y * width + x) * channels;
      const covered = tall * (Math.min(x + 1, right) - Math.max(x, left));
      const share = covered * (channels === 4 ? data[at + 3]! : 1);
      for (let c = 0; c < channels; c++) sums[c]! += data[at + c]! * (c === 3 ? covered : share);
      weight += share;
    }
  }
  const area = (bottom - top) * (right - left);
  return sums.map((sum, c) => (c === 3 ? sum / area : weight === 0 ? 0 : sum / weight));
}
