// The walk over the values of a block of an image, in coding order.
import { cumulative, find, take, white, zero } from './mixture';
import { model } from './model';
import { clear, isBlank, push, pushAbove, run } from './network';

/** Writes `yes`, which has the frequency `first` of 65536, or reads it; gives the answer. */
@external('coder', 'answer')
declare function answer(first: i32, yes: i32): i32;
/** Where the next value lies, 0..65535; below 0 where values are written. */
@external('coder', 'slot')
declare function slot(): i32;
/** Writes or takes an interval. */
@external('coder', 'interval')
declare function interval(low: i32, high: i32): void;

/** The white indicator is on where the left neighbour is above this. */
const WHITE_ABOVE = 250;
const BASES: usize = memory.data(16, 16);

/** The block: where it begins in the image, the image's width, and the bytes of a row of the window. */
let top: i32 = 0;
let left: i32 = 0;
let width: i32 = 0;
let stride: i32 = 0;

/** Codes a block of `rows` × `columns` places whose values, and those around as far as the radius, are in the window. */
export function code(top_: i32, left_: i32, rows: i32, columns: i32, width_: i32, stride_: i32): void {
  const m = model();
  const channels = m.channels;
  top = top_;
  left = left_;
  width = width_;
  stride = stride_;
  let at = m.window + m.radius * (stride + channels);
  for (let row = 0; row < rows; row++, at += stride) {
    const base = load<i32>(m.gridRows + 4 * row);
    for (let column = 0; column < columns; column++) {
      codePlace(at + column * channels, base + load<i32>(m.gridColumns + 4 * column), row + top, column + left);
    }
  }
}

function codePlace(at: usize, position: i32, row: i32, column: i32): void {
  const m = model();
  const channels = m.channels;
  const own = gather(at);
  // Alpha, the last as stored, is coded first.
  const first = channels == 4 ? 3 : 0;
  for (let k = 0; k < channels; k++) {
    const channel = (k + first) & 3;
    const value = codeValue(at + channel, position, k, row, column);
    store<u8>(at + channel, value);
    if (k + 1 < channels) push(at + channel, 1, own + 4 * k * m.units1);
  }
}

/** Collects the neighbours that are not 0, and whether the left one is white; gives the weights of the place's own. */
function gather(at: usize): usize {
  const m = model();
  const channels = m.channels, reach = m.radius * channels;
  const step = 4 * m.units1;
  let weights = m.w1;
  clear();
  const length = 2 * reach + channels;
  for (let from = at - reach - m.radius * stride; from < at - reach; from += stride, weights += length * step) {
    push(from, length, weights);
  }
  push(at - reach, reach, weights);
  weights += reach * step;
  pushAbove(at - channels, channels, weights, WHITE_ABOVE);
  return weights + channels * step;
}

function codeValue(at: usize, position: i32, channel: i32, row: i32, column: i32): i32 {
  const m = model();
  const value = <i32>load<u8>(at);
  const blank = isBlank();
  const place = m.blank + 2 * (position * m.channels + channel);
  let frequency = blank ? <i32>load<u16>(place) : 0;
  const known = frequency > 0;
  if (!known) {
    distribution(at, position, channel, row, column);
    frequency = zero;
    if (blank) store<u16>(place, frequency);
  }
  if (answer(frequency, i32(value == 0))) return 0;
  if (known) distribution(at, position, channel, row, column);
  if (answer(white, i32(value == 255))) return 255;
  const place_ = slot();
  const found = place_ < 0 ? value : find(place_);
  interval(cumulative(found), cumulative(found + 1));
  return found;
}

function distribution(at: usize, position: i32, channel: i32, row: i32, column: i32): void {
  run(position, channel);
  findBases(at, row, column);
  take(BASES);
}

/** The values that means are counted from. */
function findBases(at: usize, row: i32, column: i32): void {
  const channels = model().channels;
  const above = <i32>load<u8>(at - stride);
  const before = column > 0 ? <i32>load<u8>(at - channels) : above;
  store<i32>(BASES, before);
  if (model().bases == 1) return;
  const corner = column > 0 ? <i32>load<u8>(at - stride - channels) : above;
  const beside = column + 1 < width ? <i32>load<u8>(at - stride + channels) : above;
  store<i32>(BASES, row > 0 ? above : before, 4);
  store<i32>(BASES, row > 0 ? beside : before, 8);
  store<i32>(BASES, row > 0 ? min(max(before + above - corner, 0), 255) : before, 12);
}
