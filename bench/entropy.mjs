// Speed and overhead of the entropy coder: symbols a second each way, and coded bytes over the ideal code length.
// usage: node bench/entropy.mjs [--symbols N] [--runs N]      (after a build; one thread)
import { parseArgs } from 'node:util';
import * as entropy from '../packages/runtime/dist/entropy/index.js';

const { values } = parseArgs({
  options: { symbols: { type: 'string', default: '1960000' }, runs: { type: 'string', default: '7' } },
});
const count = Number(values.symbols);
const runs = Number(values.runs);

/** A seeded generator of uniform numbers in [0, 1) (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A two-sided geometric table of the given scale: what a quantized latent looks like. */
function laplace(scale) {
  const half = Math.max(1, Math.min(127, Math.ceil(scale * 10)));
  return entropy.buildTable(
    -half,
    Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-Math.abs(i - half) / scale)),
  );
}

/** Symbols drawn from their own tables, so the tables' entropy is what an ideal coder needs. */
function draw(tables, tableIndex, length, next) {
  return Int32Array.from({ length }, (_, i) => {
    const table = tableIndex[i % tableIndex.length];
    const slot = Math.floor(next() * 65536);
    let at = tables.starts[table];
    while (tables.cdf[at + 1] <= slot) at++;
    return Math.min(at - tables.starts[table], tables.sizes[table] - 1) + tables.mins[table];
  });
}

function idealBits(symbols, tables, tableIndex) {
  return symbols.reduce((bits, symbol, i) => {
    const table = tableIndex[i % tableIndex.length];
    const at = tables.starts[table] + symbol - tables.mins[table];
    return bits - Math.log2((tables.cdf[at + 1] - tables.cdf[at]) / 65536);
  }, 0);
}

function encode(symbols, tables, tableIndex) {
  const encoder = new entropy.RangeEncoder();
  entropy.encodeSymbols(encoder, symbols, tables, tableIndex);
  return encoder.finish();
}

function decode(bytes, symbols, tables, tableIndex) {
  const decoder = new entropy.RangeDecoder(bytes);
  entropy.decodeSymbols(decoder, symbols, tables, tableIndex);
  decoder.finish();
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Million symbols a second of processor time, which other processes on the machine disturb less than the clock's. */
function rate(length, task) {
  const start = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(start);
  return length / (user + system);
}

const next = random(1);
const cases = [
  ['one table, 2 bits', [laplace(1)], 1],
  ['one table, 0.1 bit', [laplace(0.15)], 1],
  ['one table, 6 bits', [laplace(12)], 1],
  ['196 tables in turn', Array.from({ length: 196 }, () => laplace(0.1 + 2 * next() ** 3)), 196],
  ['table per symbol', Array.from({ length: 64 }, (_, i) => laplace(0.1 * 1.08 ** i)), count],
];
for (const [name, plain, period] of cases) {
  const tables = entropy.packTables(plain);
  const tableIndex = Uint16Array.from({ length: period }, (_, i) =>
    period === count ? Math.floor(next() * plain.length) : i,
  );
  const symbols = draw(tables, tableIndex, count, next);
  const ideal = idealBits(symbols, tables, tableIndex) / 8;
  const bytes = encode(symbols, tables, tableIndex);
  const decoded = new Int32Array(count);
  const speeds = Array.from({ length: runs }, () => [
    rate(count, () => encode(symbols, tables, tableIndex)),
    rate(count, () => decode(bytes, decoded, tables, tableIndex)),
  ]);
  if (decoded.some((symbol, i) => symbol !== symbols[i])) throw new Error('wrong symbols');
  const [forth, back] = [0, 1].map((way) => median(speeds.map((pair) => pair[way])).toFixed(1));
  const overhead = ((100 * bytes.length) / ideal - 100).toFixed(4);
  console.log(
    `${name}, ${((8 * ideal) / count).toFixed(3)} bits/symbol: encode ${forth} decode ${back} M/s, overhead ${overhead} %`,
  );
}

// Short streams: 196 symbols each, mean bytes beside the ideal.
const tables = entropy.packTables(cases[3][1]);
const tableIndex = Uint16Array.from({ length: 196 }, (_, i) => i);
const means = { ideal: 0, coded: 0 };
for (let i = 0; i < 2000; i++) {
  const symbols = draw(tables, tableIndex, 196, next);
  means.ideal += idealBits(symbols, tables, tableIndex) / 8 / 2000;
  means.coded += encode(symbols, tables, tableIndex).length / 2000;
}
console.log(
  `196 symbols alone, mean bytes: ideal ${means.ideal.toFixed(2)}, coded ${means.coded.toFixed(2)}`,
);
