import {
  type ContextModel,
  ContextPrior,
  ConvaeError,
  decodeContextSymbols,
  encodeContextSymbols,
  type LatentBatch,
  parseContext,
  RangeDecoder,
  RangeEncoder,
  serializeContext,
} from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  drawLatents,
  GRID,
  plainBits,
  type TinyRun,
  tinyRun,
  VECTOR,
} from '../../training/rate/tiny-rate.test.support.js';
import { type FloatContext, trainedCoding } from '../../training/rate/trained-coding.js';
import { quantizeContext } from './quantize-context.js';

const QUALITIES = [0, 1, 2];
const COUNT = 60;

/** A network of a run, and the run's steps; the network may be another than the run's. */
interface Net {
  readonly network: FloatContext;
  readonly steps: readonly (readonly number[])[];
}

const netOf = (run: TinyRun): Net => ({ network: contextOf(run), steps: trainedCoding(run)!.steps });

const drawn = ({ network, steps }: Net, quality: number, count: number, seed: number): Float32Array =>
  drawLatents(network, count, { quality, steps: steps[quality]! }, seed);

/** Latents drawn from the network at each of its qualities. */
function trainingLatents(net: Net, count = 40): LatentBatch[] {
  const { channels, height, width } = net.network;
  return QUALITIES.map((quality) => ({
    data: drawn(net, quality, count, 20 + quality),
    count,
    channels,
    height,
    width,
  }));
}

const shapeOf = ({ network: { channels, height, width } }: Net) => ({ channels, height, width });

/** Bytes of symbols under the integer model, which decode to the same. */
function codedBits(net: Net, model: ContextModel, symbols: Int32Array, quality: number): number {
  const prior = new ContextPrior(parseContext(serializeContext(model)), undefined);
  const encoder = new RangeEncoder();
  encodeContextSymbols(encoder, symbols.slice(), prior, shapeOf(net), quality);
  const bytes = encoder.finish();
  const decoded = new Int32Array(symbols.length);
  const decoder = new RangeDecoder(bytes);
  decodeContextSymbols(decoder, decoded, prior, shapeOf(net), quality);
  decoder.finish();
  expect(decoded).toEqual(symbols);
  return 8 * bytes.length;
}

/** What the code is longer than under the float network, as a share, beyond a few bytes; on latents of its own. */
function excess(net: Net, model: ContextModel): number[] {
  const { channels, height, width } = net.network;
  return QUALITIES.map((quality) => {
    const steps = net.steps[quality]!;
    const latents = drawn(net, quality, COUNT, 50 + quality);
    const symbols = Int32Array.from(latents, (value, i) =>
      Math.round(value / steps[Math.floor(i / (height * width)) % channels]!),
    );
    const ideal = plainBits(net.network, latents, { quality, steps });
    const more = codedBits(net, model, symbols, quality) - ideal;
    return Math.max(0, Math.abs(more) - 16) / ideal;
  });
}

/** The largest {@link excess} that passes. */
const SLACK = 0.01;

const quantized = (net: Net): ContextModel => quantizeContext({ ...net, latents: trainingLatents(net) });

const cases: [string, Net][] = [
  ['a grid, radius 0', netOf(tinyRun(GRID, 0))],
  ['a grid, radius 2', netOf(tinyRun(GRID, 2))],
  ['a grid, radius 2, without place', netOf(tinyRun(GRID, 2, 1, false))],
  ['another grid, radius 2', netOf(tinyRun(GRID, 2, 4))],
  ['a vector', netOf(tinyRun(VECTOR, 0))],
];

describe('quantizeContext', () => {
  it.each(cases)('codes within 1% of the float network: %s', (_name, net) => {
    for (const more of excess(net, quantized(net))) expect(more).toBeLessThan(SLACK);
  });

  it('serves units that are never or hardly ever active', () => {
    const whole = netOf(tinyRun(GRID, 2));
    const net = whole.network;
    const { hidden1, hidden2 } = net.spec;
    const channel = net.channel.map((value, i) => (i % hidden1 === 0 ? -50 : value));
    const position = net.position.map((value, i) => (i % hidden1 === 1 ? -1.6 : value));
    const secondBias = net.secondBias.map((value, i) => (i % hidden2 === 0 ? -50 : value));
    const sparse = { ...whole, network: { ...net, channel, position, secondBias } };
    for (const more of excess(sparse, quantized(sparse))) expect(more).toBeLessThan(SLACK);
  });

  it('serves units without any weight', () => {
    const whole = netOf(tinyRun(GRID, 1));
    const net = whole.network;
    const network = {
      ...net,
      window: net.window.map(() => 0),
      earlier: net.earlier.map(() => 0),
      quality: net.quality.map(() => 0),
      output: net.output.map(() => 0),
    };
    const silent = { ...whole, network };
    for (const more of excess(silent, quantized(silent))) expect(more).toBeLessThan(SLACK);
  });

  it('has ranges that hold all but very few training symbols', () => {
    const net = netOf(tinyRun(GRID, 0));
    const latents = trainingLatents(net);
    const { ranges, scales } = quantizeContext({ ...net, latents });
    const { channels, height, width } = net.network;
    for (let c = 0; c < channels; c++) {
      const own = latents.flatMap(({ data }) =>
        [...data].filter((_, i) => Math.floor(i / (height * width)) % channels === c),
      );
      // Units of which so many 1/64 are a symbol at the coarsest quality.
      const unit = (64 * net.steps[0]![c]!) / scales![c]!;
      const [low, high] = [ranges[2 * c]! * unit, ranges[2 * c + 1]! * unit];
      expect(Math.abs(low - Math.min(...own))).toBeLessThan(unit);
      expect(Math.abs(high - Math.max(...own))).toBeLessThan(unit);
    }
  });

  it('leaves out channels that are not coded', () => {
    const net = netOf(tinyRun(GRID, 2));
    const steps = net.steps.map((own, quality) =>
      own.map((step, c) => (quality === 0 && c === 1 ? 0 : step)),
    );
    const model = quantizeContext({ ...net, steps, latents: trainingLatents(net) });
    const { channels } = net.network;
    expect([...model.scales!].map((scale) => scale === 0)).toEqual(
      Array.from({ length: QUALITIES.length * channels }, (_, i) => i === 1),
    );
    const prior = new ContextPrior(parseContext(serializeContext(model)), undefined);
    expect(prior.products(0, shapeOf(net))).toBeLessThan(prior.products(1, shapeOf(net)));
  });

  it('keeps the ranges of symbols that are far out within what the file holds', () => {
    const net = netOf(tinyRun(VECTOR, 0));
    const network = { ...net.network, output: net.network.output.map((value) => value / 100) };
    const far = Int32Array.from({ length: 20 * 6 }, (_, i) => (i % 2 ? 1 : -1) * 1e6);
    const shape = { channels: 6, height: 1, width: 1 };
    const latents = [{ data: Float32Array.from(far), count: 20, ...shape }];
    const model = quantizeContext({ network, steps: net.steps, latents });
    expect(Math.max(...model.ranges)).toBeLessThan(2047);
    const prior = new ContextPrior(parseContext(serializeContext(model)), undefined);
    const encoder = new RangeEncoder();
    encodeContextSymbols(encoder, far.slice(), prior, shape, 0);
    const decoded = new Int32Array(far.length);
    decodeContextSymbols(new RangeDecoder(encoder.finish()), decoded, prior, shape, 0);
    expect(decoded).toEqual(far);
  });

  it('takes larger units where the weights of the outputs are too large for the finest ones', () => {
    const net = netOf(tinyRun(GRID, 1));
    const latents = trainingLatents(net);
    const timesOf = (factor: number) => ({
      ...net.network,
      output: net.network.output.map((value) => value * factor),
    });
    const scalesAt = (factor: number) =>
      quantizeContext({ ...net, network: timesOf(factor), latents }).scales![0]!;
    const finest = scalesAt(1);
    const factors = Array.from({ length: 24 }, (_, i) => 2 ** i);
    const coarser = factors.find((factor) => scalesAt(factor) < finest)!;
    expect(finest / scalesAt(coarser)).toBeCloseTo(2, 1);
  });

  it('refuses weights that are too large for the integers', () => {
    const net = netOf(tinyRun(GRID, 1));
    const large = { ...net.network, output: net.network.output.map((value) => value * 1e7) };
    const quantize = () => quantizeContext({ ...net, network: large, latents: trainingLatents(net) });
    expect(quantize).toThrow(ConvaeError);
    expect(quantize).toThrow(/the context network's outputs have weights \d+ times too large/);
  });
});
