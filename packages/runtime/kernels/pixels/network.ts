// What the network takes of an image, and its run for a place (FORMAT.md, "Pixel context model").
import { begun, isBegun, layers, listEnd, pushIf, put, run as runHead, setListEnd, SUMS1 } from '../shared/layers';
import { model } from './model';

/** An input of 255: white, or an indicator that is on. */
const ON = 255;

/** Takes `count` inputs with pairs of weights from an address on, those above 0; without branches, which would be missed. */
export function push(values: usize, count: i32, weights: usize): void {
  const step = 4 * layers().units1;
  let to = listEnd();
  for (const last = values + count; values < last; values++, weights += step) {
    const value = <i32>load<u8>(values);
    put(to, weights, value | (ON << 16));
    to += value > 0 ? 8 : 0;
  }
  setListEnd(to);
}

/** Takes the indicators of what is above a value. */
export function pushAbove(values: usize, count: i32, weights: usize, bound: i32): void {
  const step = 4 * layers().units1;
  for (let i = 0; i < count; i++, weights += step) pushOn(<i32>load<u8>(values + i) > bound, weights);
}

/** Takes an indicator that is on or not. */
// @ts-ignore: decorator
@inline
export function pushOn(on: bool, weights: usize): void {
  pushIf(on, weights, ON);
}

/** Finds the outputs of a head: a channel in coding order, or how a place is coded. */
export function run(position: i32, head: i32): void {
  if (!isBegun()) begin(position);
  runHead(head);
}

/** The first layer's biases of a place. */
function begin(position: i32): void {
  const shift = model().biasShift1, units = layers().units1;
  const biases = model().positionBias + 2 * position * units;
  for (let i = 0; i < units; i += 4) v128.store(SUMS1 + 4 * i, i32x4.shl(v128.load_ext<i16>(biases + 2 * i), shift));
  begun();
}
