// Speed of the context prior: images a second each way with both kernels, and coded bytes over the ideal code length.
// usage: node bench/context.mjs [--images N] [--runs N]      (after a build; one thread)
import { parseArgs } from 'node:util';
import {
  CONTEXT_KERNELS,
  ContextPrior,
  decodeContextSymbols,
  encodeContextSymbols,
} from '../packages/runtime/dist/context/index.js';
import { RangeDecoder, RangeEncoder } from '../packages/runtime/dist/entropy/index.js';
import { randomContextModel } from '../packages/runtime/dist/testing/random-context.js';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '500' }, runs: { type: 'string', default: '3' } },
});
const count = Number(values.images);
const runs = Number(values.runs);

const CASES = [
  [
    '64×1×1, 128 and 64 units, 3 components',
    { channels: 64, gridHeight: 1, gridWidth: 1, radius: 0, hidden1: 128, hidden2: 64 },
  ],
  [
    '4×7×7, radius 2, 96 and 48 units, 3 components',
    { channels: 4, gridHeight: 7, gridWidth: 7, radius: 2, hidden1: 96, hidden2: 48 },
  ],
  [
    '8×7×7, radius 2, 96 and 64 units, 3 components',
    { channels: 8, gridHeight: 7, gridWidth: 7, radius: 2, hidden1: 96, hidden2: 64 },
  ],
];
const QUALITY = 0;

/** Draws symbols from their own distributions, so that they are what an ideal coder expects, and counts its bits. */
class Drawing {
  bits = 0;
  state = 7;

  code(mixture) {
    // The escapes are left out: their extra bits are no part of the distribution.
    for (;;) {
      this.state = (Math.imul(this.state, 1664525) + 1013904223) | 0;
      const entry = mixture.find(this.state >>> 16);
      if (entry === 0 || entry === mixture.count - 1) continue;
      this.bits -= Math.log2((mixture.cumulative(entry + 1) - mixture.cumulative(entry)) / 65536);
      return mixture.min + entry - 1;
    }
  }
}

function encode(symbols, prior, shape) {
  const encoder = new RangeEncoder();
  encodeContextSymbols(encoder, symbols, prior, shape, QUALITY);
  return encoder.finish();
}

function decode(bytes, symbols, prior, shape) {
  const decoder = new RangeDecoder(bytes);
  decodeContextSymbols(decoder, symbols, prior, shape, QUALITY);
  decoder.finish();
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Images a second of processor time. */
function rate(task) {
  const start = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(start);
  return (count * 1e6) / (user + system);
}

for (const [name, sizes] of CASES) {
  const model = randomContextModel({ ...sizes, components: 3, range: 20 });
  const shape = { channels: sizes.channels, height: sizes.gridHeight, width: sizes.gridWidth };
  const places = shape.channels * shape.height * shape.width;
  const symbols = new Int32Array(count * places);
  const drawing = new Drawing();
  new ContextPrior(model, [1]).code(symbols, shape, QUALITY, drawing);
  const zeros = symbols.reduce((sum, symbol) => sum + (symbol === 0), 0) / symbols.length;
  console.log(
    `${name}: ${(drawing.bits / symbols.length).toFixed(2)} bits/symbol, ${(100 * zeros).toFixed(0)} % zeros`,
  );
  for (const kernel of CONTEXT_KERNELS) {
    const prior = new ContextPrior(model, [1], { kernel });
    const bytes = encode(symbols, prior, shape);
    const decoded = new Int32Array(symbols.length);
    const speeds = Array.from({ length: runs }, () => [
      rate(() => encode(symbols, prior, shape)),
      rate(() => decode(bytes, decoded, prior, shape)),
    ]);
    if (decoded.some((symbol, i) => symbol !== symbols[i])) throw new Error('wrong symbols');
    const [forth, back] = [0, 1].map((way) => Math.round(median(speeds.map((pair) => pair[way]))));
    const overhead = ((800 * bytes.length) / drawing.bits - 100).toFixed(4);
    console.log(`  ${kernel}: encode ${forth} decode ${back} images/s, overhead ${overhead} %`);
  }
}
