// The walk over the values of a block of an image, in coding order.
import { clear, isBlank, layers } from '../shared/layers';
import { answer, codeOf, interval, refuse, slot } from './coder';
import { add, begin, clearList, codeChoice, isKnown, keep, LISTED, listValues, look, lookAt, NEW } from './colours';
import { cumulative, find, mass, take, white, zero } from './mixture';
import { model } from './model';
import { push, pushAbove, run } from './network';

/** The white indicator is on where the left neighbour is above this. */
const WHITE_ABOVE = 250;
const BASES: usize = memory.data(16, 16);
/** Values that a channel may have, uint8, and their weights, int32. */
const VALUES: usize = memory.data(256, 16);
const WEIGHTS: usize = memory.data(4 * 256, 16);

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
  if (top_ == 0 && left_ == 0) clearList();
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
  const own = gather(at);
  if (m.copies == 0) {
    codeValues(at, position, row, column, own);
    return;
  }
  look(at, stride, own + 4 * layers().units1 * (m.channels - 1));
  const choice = codeChoice(at, position);
  if (choice == NEW) {
    codeValues(at, position, row, column, own);
    if (isKnown(at)) refuse();
    add(at);
  } else if (choice == LISTED) codeListed(at, position, row, column, own);
}

/** Alpha, the last as stored, is coded first. */
// @ts-ignore: decorator
@inline
function stored(k: i32): i32 {
  return (k + (model().channels == 4 ? 3 : 0)) & 3;
}

/** Codes the channels of a place, each from all values. own: the weights of the place's channels. */
function codeValues(at: usize, position: i32, row: i32, column: i32, own: usize): void {
  const channels = model().channels;
  for (let k = 0; k < channels; k++) {
    const channel = stored(k);
    store<u8>(at + channel, codeValue(at + channel, position, k, row, column));
    if (k + 1 < channels) pushOwn(at, channel, k, own);
  }
}

/** Takes a value of the place, for its later channels. */
function pushOwn(at: usize, channel: i32, k: i32, own: usize): void {
  const m = model();
  const size: usize = 4 * layers().units1;
  push(at + channel, 1, own + k * size);
  if (m.copies) lookAt(load<u8>(at + channel), channel, k, own + (m.channels - 1) * size);
}

/** Codes the channels of a place, each from the values that colours of the list leave possible. */
function codeListed(at: usize, position: i32, row: i32, column: i32, own: usize): void {
  const channels = model().channels;
  begin();
  for (let k = 0; k < channels; k++) {
    const channel = stored(k);
    const count = listValues(channel, VALUES);
    const value = count > 1 ? codeOneOf(at + channel, position, k, row, column, count) : <i32>load<u8>(VALUES);
    store<u8>(at + channel, value);
    keep(channel, value);
    if (k + 1 < channels) pushOwn(at, channel, k, own);
  }
}

function codeOneOf(at: usize, position: i32, channel: i32, row: i32, column: i32, count: i32): i32 {
  const value = <i32>load<u8>(at);
  distribution(at, position, channel, row, column);
  let wanted = 0;
  for (let i = 0; i < count; i++) {
    const possible = <i32>load<u8>(VALUES + i);
    store<i32>(WEIGHTS + 4 * i, mass(possible) >> 15);
    wanted = possible == value ? i : wanted;
  }
  return <i32>load<u8>(VALUES + codeOf(WEIGHTS, count, wanted));
}

/** Collects the neighbours that are not 0, and whether the left one is white; gives the weights of the place's own. */
function gather(at: usize): usize {
  const m = model();
  const channels = m.channels, reach = m.radius * channels;
  const step = 4 * layers().units1;
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
  const blank = isBlank() && m.copies == 0;
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
