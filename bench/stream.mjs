// Very many images through `convae encode` and `convae decode`: images a second of whole processes and their largest memory
// with all threads, for --images and for --few of them. The input is the MNIST test set again and again, in a folder that is
// removed. Memory is flat where many images take at most a tenth more than few. The limit is that of `npm run bench -- cli`.
// usage: node bench/stream.mjs [--images N] [--few N] [--bundle DIR] [--threads N] [--json FILE]      (after a build)
import { rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatIdxImagesHeader, sliceBatch } from '../packages/runtime/dist/index.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';
import { convae, ROOT, scratchFolder, wholeNumber } from './shared/command.mjs';
import { measureLimits, mostImages, productsOfImage } from './shared/limits.mjs';
import { createRows, whole } from './shared/rows.mjs';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '100000' },
    bundle: { type: 'string', default: join(ROOT, 'models/mnist-reference') },
    threads: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
  },
});
const threads = wholeNumber(values, 'threads');
const counts = [wholeNumber(values, 'few'), wholeNumber(values, 'images')];
/** Memory of many images over that of few, at most, where it is called flat. */
const FLAT = 1.1;

/** An IDX file of so many images: those of `test`, again and again. */
async function writeInput(path, test, count) {
  const file = await open(path, 'wx');
  await file.writeFile(formatIdxImagesHeader({ ...test, count }));
  for (let left = count; left > 0; left -= test.count)
    await file.writeFile(sliceBatch(test, 0, Math.min(left, test.count)).data);
  await file.close();
}

/** Both ways with so many images. */
async function measure(folder, test, count) {
  const [input, coded, decoded] = ['in.idx', 'images.cae', 'out.idx'].map((name) => join(folder, name));
  await writeInput(input, test, count);
  const options = ['--bundle', values.bundle, '--threads', String(threads)];
  const encode = convae('encode', input, '-o', coded, ...options);
  const decode = convae('decode', coded, '-o', decoded, ...options);
  if (statSync(decoded).size !== statSync(input).size)
    throw new Error(`${decoded} has another size than ${input}`);
  for (const path of [input, coded, decoded]) rmSync(path);
  return { encode, decode };
}

const folder = scratchFolder();
const test = await (await openDataset('mnist', {})).loadTest();
const limit = await measureLimits({ threads, runs: 5 });
const { manifest } = convae('info', values.bundle).result;
const rows = createRows();
console.log(`${counts.map(whole).join(' and ')} images, ${threads} threads, Node ${process.versions.node}`);
const few = await measure(folder, test, counts[0]);
const many = await measure(folder, test, counts[1]);
for (const way of ['encode', 'decode']) {
  const [peer, ours] = [counts[0] / few[way].wall, counts[1] / many[way].wall];
  const work = { products: productsOfImage(manifest ?? {}, `${way}r`), bytes: test.data.length / test.count };
  const memory = { few: few[way].memory, many: many[way].memory };
  const figures = {
    ours,
    peer,
    peerName: `${whole(counts[0])} images`,
    atMost: mostImages(limit, work),
    memory,
  };
  rows.add(`${way}, ${whole(counts[1])} images`, 'images/s', figures);
  const flat = memory.many <= FLAT * memory.few ? 'flat' : 'not flat';
  const [least, most] = [memory.few, memory.many].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(
    `${way}: ${least} MB with ${whole(counts[0])} images, ${most} MB with ${whole(counts[1])}: ${flat}`,
  );
}
rows.save(values.json, { limit, threads, counts });
