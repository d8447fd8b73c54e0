// Speed of the runtime on this machine, one line a row: networks with their pixels beside raw onnxruntime-node on the same
// graph, containers on several threads beside one. Each row has its peer, the ratio, and how near it comes to the limit: the
// multiply-adds a second of a product of matrices and the bytes a second of a copy of memory, or all cores as fast as one.
// usage: node bench/runtime.mjs [--bundle DIR] [--runs N] [--threads N] [--json FILE]      (after a build)
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sliceBatch } from '../packages/runtime/dist/index.js';
import { loadCodec } from '../packages/runtime/dist/node/index.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';
import { ROOT } from './shared/command.mjs';
import { interleaved, measureLimits, mostImages, onThreads, ort, productsOfImage } from './shared/limits.mjs';
import { createRows } from './shared/rows.mjs';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: join(ROOT, 'models/mnist-reference') },
    runs: { type: 'string', default: '21' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const runs = Number(values.runs);
const threads = Number(values.threads);
const ONE = onThreads(1);
const rows = createRows();

const limit = await measureLimits({ runs });
console.log(
  `one core: ${(limit.products / 1e9).toFixed(1)} G multiply-adds/s, ${(limit.bytes / 1e9).toFixed(1)} GB/s; ` +
    `${availableParallelism()} cores, Node ${process.versions.node}, medians of ${runs}`,
);

const test = await (await openDataset('mnist', {})).loadTest();
const codec = await loadCodec(values.bundle, { threads: 1, batchSize: 256 });
const { manifest } = codec;
const file = (name) => readFileSync(join(values.bundle, name));
const encoder = await ort.InferenceSession.create(file(manifest.encoder.file), ONE);
const decoder = await ort.InferenceSession.create(file(manifest.decoder.file), ONE);
const size = ({ channels, height, width }) => channels * height * width;
const dims = (count, { channels, height, width }) => [count, channels, height, width];

for (const count of [1, 32, 256]) {
  const images = sliceBatch(test, 0, count);
  const latents = await codec.embed(images);
  const floats = Float32Array.from(images.data, (byte) => byte / 255);
  const feed = (name, data, shape) => ({ [name]: new ort.Tensor('float32', data, dims(count, shape)) });
  const ways = {
    embed: () => codec.embed(images),
    rawEncoder: () => encoder.run(feed(manifest.encoder.input.name, floats, manifest.image)),
    reconstruct: () => codec.reconstruct(latents),
    rawDecoder: () => decoder.run(feed(manifest.decoder.input.name, latents.data, manifest.latent)),
  };
  const seconds = await interleaved(ways, { runs, repeats: Math.ceil(256 / count) });
  // Pixels, floats and latents are read or written once at least: what no network can be faster than.
  const bytes = size(manifest.image) * (1 + 4) + size(manifest.latent) * 4;
  const peerName = 'raw onnxruntime-node';
  for (const [name, peer, half] of [
    ['embed', 'rawEncoder', 'encoder'],
    ['reconstruct', 'rawDecoder', 'decoder'],
  ]) {
    const rates = { ours: count / seconds[name], peer: count / seconds[peer] };
    rows.add(`${name}, batch ${count}`, 'images/s', {
      ...rates,
      peerName,
      atMost: mostImages(limit, { products: productsOfImage(manifest, half), bytes }),
    });
  }
}
await codec.dispose();

/** Containers, whole: one thread beside several, which have started before. */
const many = Array.from({ length: 4 }, () => test);
const count = many.length * test.count;
const [single, several] = await Promise.all(
  [1, threads].map((n) => loadCodec(values.bundle, { threads: n })),
);
async function encode(to, prior) {
  const pieces = [];
  await to.encodeContainer(many, { write: (bytes) => void pieces.push(bytes.slice()) }, { prior });
  return Buffer.concat(pieces);
}
async function decode(from, bytes) {
  const source = { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) };
  const container = await from.openContainer(source);
  for await (const _images of container.images());
}
for (const prior of manifest.context ? ['factorized', 'context'] : ['factorized']) {
  const bytes = await encode(single, prior);
  if (!bytes.equals(await encode(several, prior))) throw new Error(`${threads} threads write other bytes`);
  const seconds = await interleaved(
    {
      encodeOne: () => encode(single, prior),
      encodeSeveral: () => encode(several, prior),
      decodeOne: () => decode(single, bytes),
      decodeSeveral: () => decode(several, bytes),
    },
    { runs },
  );
  for (const way of ['encode', 'decode']) {
    const one = count / seconds[`${way}One`];
    const own = { ours: count / seconds[`${way}Several`], peer: one, peerName: 'one thread' };
    // The limit is the cores, each as fast as one alone.
    const atMost = one * Math.min(threads, availableParallelism());
    rows.add(`${way}, ${prior} prior, ${threads} threads`, 'images/s', { ...own, atMost });
  }
}
await Promise.all([single.dispose(), several.dispose(), encoder.release(), decoder.release()]);
rows.save(values.json, { limit, runs, threads });
