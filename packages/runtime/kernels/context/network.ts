// What the network takes of a latent (FORMAT.md, "Context model").
import { begun, clear, layers, listEnd, pushIf, put, SUMS1, setListEnd } from '../shared/layers';
import { model } from './model';

/** Begins a place whose inputs lie at an address; `stride`: bytes of a row of the window. Gives its own inputs' weights. */
export function enter(at: usize, stride: usize, quality: i32, position: i32): usize {
  const m = model();
  const reach = m.radius * m.inputs,
    step = 2 * layers().units1;
  clear();
  begin(m.qualityBias + quality * step, m.positionBias + position * step);
  let weights = m.w1;
  const length = 2 * reach + m.inputs;
  const last = at - 2 * reach;
  for (let from = last - m.radius * stride; from < last; from += stride, weights += length * step) {
    push(from, length, weights);
  }
  push(last, reach, weights);
  return weights + reach * step;
}

/** The first layer's biases of a quality and a place. */
function begin(ofQuality: usize, ofPosition: usize): void {
  for (let i = 0, units = layers().units1; i < units; i += 4) {
    const sums = i32x4.add(v128.load_ext<i16>(ofQuality + 2 * i), v128.load_ext<i16>(ofPosition + 2 * i));
    v128.store(SUMS1 + 4 * i, sums);
  }
  begun();
}

/** Takes the pairs among `count` inputs, int16, that are not 0; without branches, which would be missed. */
function push(values: usize, count: i32, weights: usize): void {
  const step = 4 * layers().units1;
  let to = listEnd();
  for (const last = values + 2 * count; values < last; values += 4, weights += step) {
    const pair = load<i32>(values);
    put(to, weights, pair);
    to += pair != 0 ? 8 : 0;
  }
  setListEnd(to);
}

/** Takes an input of the place for its later channels. weights: of its own inputs. */
export function pushOwn(channel: i32, input: i32, weights: usize): void {
  const pair = channel & 1 ? input << 16 : input & 0xffff;
  pushIf(input != 0, weights + 4 * (channel >> 1) * layers().units1, pair);
}
