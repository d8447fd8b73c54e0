import {
  ContextPrior,
  ConvaeError,
  decodeContextSymbols,
  encodeContextSymbols,
  parseContext,
  RangeDecoder,
  RangeEncoder,
  type SymbolBatch,
  serializeContext,
} from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  drawLatents,
  GRID,
  plainBits,
  tinyRun,
  VECTOR,
} from '../../training/rate/tiny-rate.test.support.js';
import type { FloatContext } from '../../training/rate/trained-coding.js';
import { quantizeContext } from './quantize-context.js';

const MULTIPLIERS = [14, 8, 5];
const COUNT = 60;

/** Symbols at the finest step, drawn from the network at each of its steps. */
function trainingSymbols(net: FloatContext, count = 40): SymbolBatch[] {
  const { channels, height, width } = net;
  return MULTIPLIERS.map((multiplier, i) => ({
    data: drawLatents(net, count, multiplier, 20 + i),
    count,
    channels,
    height,
    width,
  }));
}

/** Bytes of symbols under the integer model, which decode to the same. */
function codedBits(
  net: FloatContext,
  model: ReturnType<typeof quantizeContext>,
  symbols: Int32Array,
  quality: number,
): number {
  const prior = new ContextPrior(parseContext(serializeContext(model)), MULTIPLIERS);
  const shape = { channels: net.channels, height: net.height, width: net.width };
  const encoder = new RangeEncoder();
  encodeContextSymbols(encoder, symbols.slice(), prior, shape, quality);
  const bytes = encoder.finish();
  const decoded = new Int32Array(symbols.length);
  const decoder = new RangeDecoder(bytes);
  decodeContextSymbols(decoder, decoded, prior, shape, quality);
  decoder.finish();
  expect(decoded).toEqual(symbols);
  return 8 * bytes.length;
}

/** What the code is longer than under the float network, as a share, beyond a few bytes; on latents of its own. */
function excess(net: FloatContext, model: ReturnType<typeof quantizeContext>): number[] {
  return MULTIPLIERS.map((multiplier, quality) => {
    const latents = drawLatents(net, COUNT, multiplier, 50 + quality);
    const symbols = latents.map((value) => value / multiplier);
    const ideal = plainBits(net, latents, multiplier);
    const more = codedBits(net, model, symbols, quality) - ideal;
    return Math.max(0, Math.abs(more) - 16) / ideal;
  });
}

/** The largest {@link excess} that passes. */
const SLACK = 0.01;

const quantized = (network: FloatContext): ReturnType<typeof quantizeContext> =>
  quantizeContext({ network, multipliers: MULTIPLIERS, symbols: trainingSymbols(network) });

const cases: [string, FloatContext][] = [
  ['a grid, radius 0', contextOf(tinyRun(GRID, 0))],
  ['a grid, radius 2', contextOf(tinyRun(GRID, 2))],
  ['a grid, radius 2, without place', contextOf(tinyRun(GRID, 2, 1, false))],
  ['another grid, radius 2', contextOf(tinyRun(GRID, 2, 4))],
  ['a vector', contextOf(tinyRun(VECTOR, 0))],
];

describe('quantizeContext', () => {
  it.each(cases)('codes within 1% of the float network: %s', (_name, net) => {
    for (const more of excess(net, quantized(net))) expect(more).toBeLessThan(SLACK);
  });

  it('serves units that are never or hardly ever active', () => {
    const net = contextOf(tinyRun(GRID, 2));
    const { hidden1, hidden2 } = net.spec;
    const channel = net.channel.map((value, i) => (i % hidden1 === 0 ? -50 : value));
    const position = net.position.map((value, i) => (i % hidden1 === 1 ? -1.6 : value));
    const secondBias = net.secondBias.map((value, i) => (i % hidden2 === 0 ? -50 : value));
    const sparse = { ...net, channel, position, secondBias };
    for (const more of excess(sparse, quantized(sparse))) expect(more).toBeLessThan(SLACK);
  });

  it('serves units without any weight', () => {
    const net = contextOf(tinyRun(GRID, 1));
    const silent = {
      ...net,
      window: net.window.map(() => 0),
      earlier: net.earlier.map(() => 0),
      quality: net.quality.map(() => 0),
      output: net.output.map(() => 0),
    };
    for (const more of excess(silent, quantized(silent))) expect(more).toBeLessThan(SLACK);
  });

  it('has ranges that hold all but very few training symbols', () => {
    const net = contextOf(tinyRun(GRID, 0));
    const symbols = trainingSymbols(net);
    const { ranges } = quantizeContext({ network: net, multipliers: MULTIPLIERS, symbols });
    const plane = net.height * net.width;
    for (let c = 0; c < net.channels; c++) {
      const own = symbols.flatMap(({ data }) =>
        [...data].filter((_, i) => Math.floor(i / plane) % net.channels === c),
      );
      expect([...ranges.subarray(2 * c, 2 * c + 2)]).toEqual([Math.min(...own), Math.max(...own)]);
    }
  });

  it('keeps the ranges of symbols that are far out within what the file holds', () => {
    const net = contextOf(tinyRun(VECTOR, 0));
    const network = { ...net, output: net.output.map((value) => value / 100) };
    const data = Int32Array.from({ length: 20 * 6 }, (_, i) => (i % 2 ? 1 : -1) * 1e6);
    const symbols = [{ data, count: 20, channels: 6, height: 1, width: 1 }];
    const model = quantizeContext({ network, multipliers: [1], symbols });
    expect(Math.max(...model.ranges)).toBeLessThan(2047);
    const prior = new ContextPrior(parseContext(serializeContext(model)), [1]);
    const encoder = new RangeEncoder();
    encodeContextSymbols(encoder, data.slice(), prior, { channels: 6, height: 1, width: 1 }, 0);
    const decoded = new Int32Array(data.length);
    decodeContextSymbols(
      new RangeDecoder(encoder.finish()),
      decoded,
      prior,
      { channels: 6, height: 1, width: 1 },
      0,
    );
    expect(decoded).toEqual(data);
  });

  it('refuses weights that are too large for the integers', () => {
    const net = contextOf(tinyRun(GRID, 1));
    const large = { ...net, output: net.output.map((value) => value * 1e7) };
    const quantize = () =>
      quantizeContext({ network: large, multipliers: MULTIPLIERS, symbols: trainingSymbols(net) });
    expect(quantize).toThrow(ConvaeError);
    expect(quantize).toThrow(/the context network's outputs have weights \d+ times too large/);
  });
});
