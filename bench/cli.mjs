// Images a second of `convae encode` and `convae decode` on the 10,000 MNIST test images, IDX in and IDX out: each bundle of
// models/ with each of its priors, whole processes with their start included, the fastest of several runs.
// usage: node bench/cli.mjs [--runs N] [--images N] [--bundle DIR]...      (after a build)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sliceBatch } from '../packages/runtime/dist/index.js';
import { writeIdxImages } from '../packages/train/dist/dataset/idx-file.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONVAE = join(ROOT, 'packages/runtime/bin/convae.js');

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    images: { type: 'string', default: '10000' },
    bundle: { type: 'string', multiple: true },
  },
});

const atLeastOne = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`expected an integer of at least 1 for --${name}, received ${values[name]}`);
};
const runs = atLeastOne('runs');
const limit = atLeastOne('images');
const bundles =
  values.bundle?.map((path) => resolve(path)) ??
  readdirSync(join(ROOT, 'models'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(ROOT, 'models', name));

/** Runs the command to its end. Its own seconds stand beside what it printed. */
function convae(...args) {
  const start = performance.now();
  const output = execFileSync(process.execPath, [CONVAE, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { output, seconds: (performance.now() - start) / 1000 };
}

const fastest = (...args) => Math.min(...Array.from({ length: runs }, () => convae(...args).seconds));

/** The coded size, and the images a second of both ways. */
function measure(bundle, prior, { input, count, folder }) {
  const [coded, decoded] = [join(folder, 'images.cae'), join(folder, 'images.idx')];
  const forth = fastest('encode', input, '-o', coded, '--bundle', bundle, '--prior', prior);
  const back = fastest('decode', coded, '-o', decoded, '--bundle', bundle);
  // Pixels differ from those that went in, their number does not.
  if (statSync(decoded).size !== statSync(input).size)
    throw new Error(`${decoded} has another size than ${input}`);
  return { bytes: statSync(coded).size / count, forth: count / forth, back: count / back };
}

const folder = mkdtempSync(join(tmpdir(), 'convae-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const test = await (await openDataset('mnist', {})).loadTest();
const count = Math.min(limit, test.count);
const input = join(folder, 'test-images.idx');
await writeIdxImages(input, sliceBatch(test, 0, count));
const whole = (value) => Math.round(value).toLocaleString('en');
console.log(
  `${whole(count)} images, ${availableParallelism()} cores, Node ${process.versions.node}; start-up included, fastest of ${runs}`,
);
for (const bundle of bundles) {
  const { priors } = JSON.parse(convae('info', bundle, '--json').output);
  if (priors.length === 0) console.log(`${basename(bundle)}: no entropy tables, encodes nothing`);
  for (const prior of priors) {
    const { bytes, forth, back } = measure(bundle, prior, { input, count, folder });
    console.log(
      `${basename(bundle)}, ${prior}: encode ${whole(forth)} decode ${whole(back)} images/s, ${bytes.toFixed(2)} bytes an image`,
    );
  }
}
