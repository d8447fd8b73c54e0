import { checkBatch, checkCount, checkInteger, checkOneOf } from '../checks.js';
import { IMAGE_CHANNELS, type ImageBatch, type ImageChannels } from '../image.js';

const RGB = 3;
const WHITE = 255;
/** The largest side of what is made, pixels. */
const MAX_SIDE = 16384;

function checkPicture(image: ImageBatch): void {
  checkBatch(image, Uint8Array, 'image');
  checkInteger(image.count, 'image.count', 1, 1);
  checkOneOf(image.channels as ImageChannels, IMAGE_CHANNELS, 'image.channels');
}

/** The pixels of a side that lie in a cell, and the part of the cell that each covers. */
interface Cover {
  readonly first: number;
  readonly parts: readonly number[];
}

/** What each of `cells` equal cells covers of a side of `pixels`. */
function covers(pixels: number, cells: number): Cover[] {
  return Array.from({ length: cells }, (_, cell) => {
    const [start, end] = [(cell * pixels) / cells, ((cell + 1) * pixels) / cells];
    const first = Math.floor(start);
    const parts = Array.from({ length: Math.ceil(end) - first }, (_, i) => {
      const overlap = Math.min(end, first + i + 1) - Math.max(start, first + i);
      return (overlap * cells) / pixels;
    });
    return { first, parts };
  });
}

/** Adds `part` of a row of pixels, as RGB on white, to `sums`. */
function addRow({ data, width, channels }: ImageBatch, row: number, part: number, sums: Float64Array): void {
  const colour = channels === 1 ? 0 : 1;
  for (let x = 0, at = row * width * channels, to = 0; x < width; x++, at += channels) {
    const opacity = channels === 4 ? data[at + 3]! / 255 : 1;
    for (let c = 0; c < RGB; c++) sums[to++]! += part * (WHITE + (data[at + c * colour]! - WHITE) * opacity);
  }
}

function writeRow(sums: Float64Array, columns: readonly Cover[], to: Uint8Array): void {
  for (const [x, { first, parts }] of columns.entries()) {
    for (let c = 0; c < RGB; c++) {
      const value = parts.reduce((sum, part, i) => sum + part * sums[(first + i) * RGB + c]!, 0);
      to[x * RGB + c] = Math.round(value);
    }
  }
}

/**
 * One image in another size, uint8 RGB: each pixel is the average of the area that it covers, of the values as they are
 * (sRGB). Grey becomes RGB; what is transparent lies on white.
 * @param image one image, uint8 H×W×C, 1, 3 or 4 channels.
 * @throws TypeError or RangeError where an argument is not what it should be.
 */
export function areaAverage(image: ImageBatch, height: number, width: number): ImageBatch {
  checkPicture(image);
  checkCount(height, 'height', MAX_SIDE);
  checkCount(width, 'width', MAX_SIDE);
  const data = new Uint8Array(height * width * RGB);
  const columns = covers(image.width, width);
  for (const [y, { first, parts }] of covers(image.height, height).entries()) {
    const sums = new Float64Array(image.width * RGB);
    for (const [i, part] of parts.entries()) addRow(image, first + i, part, sums);
    writeRow(sums, columns, data.subarray(y * width * RGB, (y + 1) * width * RGB));
  }
  return { data, count: 1, height, width, channels: RGB };
}
