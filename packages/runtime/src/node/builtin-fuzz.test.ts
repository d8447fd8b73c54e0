import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fuzzGraphs, structureOf } from '../provider/builtin/fuzz.test.support.js';
import { readGraph } from '../provider/builtin/graph.js';

/** Mutated graphs of each bundle; CONVAE_FUZZ=50000 for the long way. */
const ROUNDS = Number(process.env.CONVAE_FUZZ ?? 500);
const MAX_MEMORY = 200 * 2 ** 20;

const GRAPHS = [
  ['mnist-reference', 'encoder', [1, 1, 28, 28]],
  ['mnist-upsample-bilinear', 'decoder', [1, 4, 7, 7]],
  ['mnist-rate-medium', 'decoder', undefined],
  ['thumbnail-32', 'encoder', [1, 3, 32, 32]],
] as const;

const models = new URL('../../../../models/', import.meta.url);

it.each(GRAPHS)(
  'mutated graphs of %s, %s, run or are refused by a ConvaeError',
  async (bundle, half, wish) => {
    const graph = new Uint8Array(await readFile(new URL(`${bundle}/${half}.onnx`, models)));
    const weights = [...readGraph(graph).constants.values()].map(({ data }) => placeOf(graph, data));
    const places = structureOf(graph, weights);
    const manifest = JSON.parse(await readFile(new URL(`${bundle}/manifest.json`, models), 'utf8'));
    const { channels, height, width } = manifest.latent;
    const dims = wish ?? [1, channels, height, width];
    const { ran, refused, mostBytes } = await fuzzGraphs(graph, places, dims, ROUNDS, 1);
    expect(ran).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(ROUNDS / 10);
    expect(mostBytes).toBeLessThan(MAX_MEMORY);
    // It sees memory at all.
    expect(mostBytes).toBeGreaterThan(graph.length);
  },
  3_600_000,
);

/** Where the raw bytes of a constant lie in the graph, found by its first values. */
function placeOf(graph: Uint8Array, data: ArrayBufferView & ArrayLike<number>): readonly [number, number] {
  const head = Buffer.from(data.buffer, data.byteOffset, Math.min(data.byteLength, 64));
  const begin = Buffer.from(graph.buffer, graph.byteOffset, graph.length).indexOf(head);
  return begin < 0 ? [0, 0] : [begin, begin + data.byteLength];
}
