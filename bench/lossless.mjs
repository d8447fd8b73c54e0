// Speed of lossless coding: one core, images and values each way with both kernels; and whether all images come back.
// usage: node bench/lossless.mjs [--bundle DIR=SOURCE ...] [--images N] [--runs N] [--kernel simd|plain] [--full]
//        (after a build). --full also codes all images of the sets, training and test, once.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, sliceBatch } from '../packages/runtime/dist/index.js';
import { loadCodec } from '../packages/runtime/dist/node/index.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', multiple: true, default: [`${join(ROOT, 'models/mnist-lossless')}=mnist`] },
    images: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '7' },
    kernel: { type: 'string', multiple: true, default: ['simd', 'plain'] },
    full: { type: 'boolean', default: false },
  },
});

/** Microseconds of processor time that a task takes. */
async function cost(task) {
  const start = process.cpuUsage();
  const result = await task();
  const { user, system } = process.cpuUsage(start);
  return { micros: user + system, result };
}

/** The container of the images, in the pieces that were written. */
async function containerOf(codec, images) {
  const pieces = [];
  await codec.encodeContainer([images], { write: (bytes) => void pieces.push(bytes.slice()) });
  return pieces;
}

/** @throws Error where the container holds other images. */
async function decodeAll(codec, pieces, expected) {
  const { images } = await codec.decodeContainer(Readable.from(pieces));
  let count = 0;
  for await (const { firstImage, images: some } of images) {
    count += some.count;
    const original = sliceBatch(expected, firstImage, count);
    if (Buffer.compare(some.data, original.data) !== 0) throw new Error(`image ${firstImage} is another one`);
  }
  if (count !== expected.count) throw new Error('images are missing');
}

/** Codes images and reads them again. */
async function thereAndBack(codec, images) {
  const forth = await cost(() => containerOf(codec, images));
  const back = await cost(() => decodeAll(codec, forth.result, images));
  const bytes = forth.result.reduce((sum, { length }) => sum + length, 0);
  return { bytes, forth: forth.micros, back: back.micros };
}

const whole = (value) => Math.round(value).toLocaleString('en');

function show(way, micros, { count, data }) {
  const images = whole((count * 1e6) / micros);
  console.log(`  ${way}: ${images} images/s, ${(micros / data.length).toFixed(3)} µs a value`);
}

/** The kernels take turns, so that what else the machine does hits them alike. */
async function measure(codecs, images) {
  const times = codecs.map(() => []);
  for (const codec of codecs) await thereAndBack(codec, images);
  for (let run = 0; run < Number(values.runs); run++)
    for (const [i, codec] of codecs.entries()) times[i].push(await thereAndBack(codec, images));
  for (const [i, codec] of codecs.entries()) {
    console.log(` ${codec.contextKernel}, ${(times[i][0].bytes / images.count).toFixed(2)} bytes an image`);
    show('encode', median(times[i].map(({ forth }) => forth)), images);
    show('decode', median(times[i].map(({ back }) => back)), images);
  }
}

for (const entry of values.bundle) {
  const split = entry.lastIndexOf('=');
  const [folder, source] = [entry.slice(0, split), entry.slice(split + 1)];
  const codecs = [];
  for (const contextKernel of values.kernel) codecs.push(await loadCodec(folder, { contextKernel }));
  const set = await openDataset(source, { exact: true });
  const test = await set.loadTest();
  const some = sliceBatch(test, 0, Math.min(test.count, Number(values.images)));
  console.log(`${codecs[0].manifest.name}: ${some.count} images, one core, medians of ${values.runs} runs`);
  await measure(codecs, some);
  if (!values.full) continue;
  for (const images of [set.train, set.validation, test])
    console.log(
      ` all ${whole(images.count)}: ${whole((await thereAndBack(codecs[0], images)).bytes)} bytes, exact`,
    );
}
