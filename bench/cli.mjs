// Images a second of `convae encode` and `convae decode` on the 10,000 MNIST test images, IDX in and IDX out: each MNIST bundle
// of models/ with each of its priors, whole processes with their start included, the fastest of several runs. Beside gzip on the
// same file, where it is installed, and the limit: the networks' multiply-adds in a product of matrices on all cores, and the
// bytes of pixels in a copy of memory.
// usage: node bench/cli.mjs [--runs N] [--images N] [--bundle DIR]... [--json FILE]      (after a build)
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sliceBatch } from '../packages/runtime/dist/index.js';
import { writeIdxImages } from '../packages/train/dist/dataset/idx-file.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';
import { CONVAE, convae, ROOT, scratchFolder, startSeconds, wholeNumber } from './shared/command.mjs';
import { measureLimits, mostImages, productsOfImage } from './shared/limits.mjs';
import { createRows, whole } from './shared/rows.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    images: { type: 'string', default: '10000' },
    bundle: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
});
const runs = wholeNumber(values, 'runs');
const bundles =
  values.bundle?.map((path) => resolve(path)) ??
  readdirSync(join(ROOT, 'models'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('mnist-'))
    .map(({ name }) => join(ROOT, 'models', name));
const threads = availableParallelism();
const rows = createRows();

const fastest = (run) => Math.min(...Array.from({ length: runs }, run));
const fastestConvae = (...args) => fastest(() => convae(...args).wall);

/** Images a second of gzip, by `option`: both ways write to nowhere. Undefined where it is not installed. */
function gzipRate(option, file, count) {
  const seconds = fastest(() => {
    const start = performance.now();
    const { status } = spawnSync('gzip', [option, file], { stdio: ['ignore', 'ignore', 'ignore'] });
    return status === 0 ? (performance.now() - start) / 1000 : Number.NaN;
  });
  return Number.isNaN(seconds) ? undefined : count / seconds;
}

/** The coded size, and the images a second of both ways. */
function measure(bundle, prior, { input, count, folder }) {
  const [coded, decoded] = [join(folder, 'images.cae'), join(folder, 'images.idx')];
  const forth = fastestConvae('encode', input, '-o', coded, '--bundle', bundle, '--prior', prior);
  const back = fastestConvae('decode', coded, '-o', decoded, '--bundle', bundle);
  // Pixels differ from those that went in, their number does not.
  if (statSync(decoded).size !== statSync(input).size)
    throw new Error(`${decoded} has another size than ${input}`);
  return { bytes: statSync(coded).size / count, encode: count / forth, decode: count / back };
}

const folder = scratchFolder();
const test = await (await openDataset('mnist', {})).loadTest();
const count = Math.min(wholeNumber(values, 'images'), test.count);
const input = join(folder, 'test-images.idx');
await writeIdxImages(input, sliceBatch(test, 0, count));
const limit = await measureLimits({ threads, runs });
console.log(
  `${whole(count)} images, ${threads} cores, ${(limit.products / 1e9).toFixed(1)} G multiply-adds/s on all, ` +
    `${(limit.bytes / 1e9).toFixed(1)} GB/s; Node ${process.versions.node}; start-up included, fastest of ${runs}`,
);
const start = fastestConvae('info', bundles[0]);
const bare = fastest(() => startSeconds('-e', '0'));
const version = fastest(() => startSeconds(CONVAE, '--version'));
const ms = (seconds) => `${Math.round(1000 * seconds)} ms`;
console.log(`convae info: ${ms(start)}; convae --version: ${ms(version)}; node alone: ${ms(bare)}`);
const peers = { encode: gzipRate('-c', input, count) };
if (peers.encode !== undefined) {
  spawnSync('gzip', ['-kf', input]);
  peers.decode = gzipRate('-dc', `${input}.gz`, count);
} else rows.skip('gzip', 'it is not installed');
const pixels = test.height * test.width * test.channels;
for (const bundle of bundles) {
  const { priors } = convae('info', bundle).result;
  const manifest = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
  if (priors.length === 0) console.log(`${basename(bundle)}: no entropy tables, encodes nothing`);
  for (const prior of priors) {
    const { bytes, ...rates } = measure(bundle, prior, { input, count, folder });
    for (const way of ['encode', 'decode']) {
      const products = productsOfImage(manifest, `${way}r`);
      const atMost = mostImages(limit, { products, bytes: pixels });
      const figures = { ours: rates[way], peer: peers[way], peerName: 'gzip', atMost, bytes };
      rows.add(`${basename(bundle)}, ${prior}, ${way}, ${bytes.toFixed(2)} bytes`, 'images/s', figures);
    }
  }
}
rows.save(values.json, { limit, runs, count, startSeconds: { info: start, version, node: bare } });
