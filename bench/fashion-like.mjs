/**
 * Writes IDX files of generated clothes (filled, textured, a little noise), the set that stands in for Fashion-MNIST
 * in the tests and in the figures of the READMEs: always the same images.
 *
 * npm run bench -- fashion-like [--out runs/data/fashion-like] [--train 12000] [--test 1000]
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/data/fashion-like' },
    train: { type: 'string', default: '12000' },
    test: { type: 'string', default: '1000' },
  },
});
const { fashionLikeImages } = await import('../packages/lab/dist/features/fashion-like.test.support.js');
const { writeIdxImages, writeIdxLabels } = await import('../packages/train/dist/dataset/idx-file.js');

/** Of the training images and of the test images: no image is in both parts. */
const SEEDS = { train: 11, t10k: 12 };

for (const name of ['train', 'test']) {
  if (/^[1-9]\d{0,5}$/.test(values[name])) continue;
  console.error(`expected a number of images in 1..999999 for --${name}, received ${values[name]}`);
  process.exit(1);
}
const folder = resolve(fileURLToPath(new URL('..', import.meta.url)), values.out);
mkdirSync(folder, { recursive: true });
for (const [part, count] of [
  ['train', values.train],
  ['t10k', values.test],
]) {
  const { labels, ...images } = fashionLikeImages(Number(count), SEEDS[part]);
  await writeIdxImages(join(folder, `${part}-images-idx3-ubyte`), images);
  await writeIdxLabels(join(folder, `${part}-labels-idx1-ubyte`), labels);
}
console.log(`${folder}: ${values.train} training and ${values.test} test images`);
