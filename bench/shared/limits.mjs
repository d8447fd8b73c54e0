// What the machine can do at most: a product of matrices in ONNX Runtime, a copy of memory.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { median } from '../../packages/runtime/dist/index.js';
import { writeOnnx } from '../../packages/runtime/dist/testing/onnx-writer.js';
import { traceShapes } from '../../packages/train/dist/model/shapes.js';
import { ROOT } from './command.mjs';

export const ort = createRequire(join(ROOT, 'packages/runtime/package.json'))('onnxruntime-node');

/** Options of a session with so many threads. */
export const onThreads = (threads) => ({
  intraOpNumThreads: threads,
  logSeverityLevel: 4,
  executionProviders: ['cpu'],
});

/** Seconds of one call, the median; the ways take turns, so that what else the machine does hits them alike. */
export async function interleaved(ways, { runs, repeats = 1 }) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (const way of Object.values(ways)) await way();
  for (let run = 0; run < runs; run++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) await way();
      times[name].push((performance.now() - start) / 1000 / repeats);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

/** float32 multiply-adds a second on so many threads, and bytes a second that one core reads and writes in a copy. */
export async function measureLimits({ threads = 1, runs = 21 } = {}) {
  const side = 512;
  const data = new Float32Array(side * side).fill(0.5);
  const square = (name) => ({ name, shape: [side, side] });
  const model = writeOnnx({
    name: 'product',
    nodes: [{ type: 'MatMul', inputs: ['x', 'w'], output: 'y' }],
    weights: [{ name: 'w', dims: [side, side], data }],
    input: square('x'),
    output: square('y'),
  });
  const session = await ort.InferenceSession.create(model, onThreads(threads));
  const x = new ort.Tensor('float32', data, [side, side]);
  const [from, to] = [new Uint8Array(64 << 20).fill(1), new Uint8Array(64 << 20)];
  const ways = { product: () => session.run({ x }), copy: async () => to.set(from) };
  const seconds = await interleaved(ways, { runs });
  await session.release();
  return { threads, products: side ** 3 / seconds.product, bytes: (2 * from.length) / seconds.copy };
}

/** Multiply-adds of a block for one image. */
function productsOf({ block, input, output }) {
  const [from, to] = [input, output].map(({ height, width }) => height * width);
  const kernel = (block.kernel ?? 1) ** 2 * input.channels * output.channels;
  if (block.kind === 'conv') return kernel * to * block.pool ** 2;
  if (block.kind === 'transpose') return kernel * from;
  if (block.kind === 'nearest' || block.kind === 'bilinear') return kernel * to;
  return from * input.channels * to * output.channels;
}

/** Multiply-adds of a bundle's `encoder` or `decoder` for one image; undefined where its manifest has no architecture. */
export function productsOfImage({ architecture }, half) {
  if (architecture?.encoder === undefined) return undefined;
  const shapes = traceShapes(architecture);
  const links = [...shapes[half], ...(shapes.linear ? [shapes.linear[half]] : [])];
  return links.reduce((sum, link) => sum + productsOf(link), 0);
}

/** The most images a second: each with so many multiply-adds, where they are known, and bytes. */
export function mostImages(limit, { products = 0, bytes }) {
  return 1 / Math.max(products / limit.products, bytes / limit.bytes);
}
