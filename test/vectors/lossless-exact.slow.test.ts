import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Codec, loadCodec } from '@convae/runtime';
import type { BundleFiles, ImageBatch, ImageChannels } from '@convae/runtime/core';
import { expect, it } from 'vitest';
import { createLosslessBundle } from '../../packages/runtime/src/testing/lossless-bundle.js';
import { randomIntegers } from './random.js';

type RandomIntegers = ReturnType<typeof randomIntegers>;

const IMAGES = 10_000;

const SHIPPED = fileURLToPath(new URL('../../models/mnist-lossless', import.meta.url));
const shipped: BundleFiles = {
  location: SHIPPED,
  read: async (name) => new Uint8Array(await readFile(join(SHIPPED, name))),
};

/** Ways to fill an image with values. */
const FILLS: readonly ((random: RandomIntegers) => () => number)[] = [
  (random) => () => random(256),
  (random) => {
    const value = random(256);
    return () => value;
  },
  (random) => () => 255 * random(2),
  (random) => () => 40 * random(3),
  (random) => () => (random(5) < 4 ? 0 : 250 + random(6)),
  (random) => {
    let value = random(256);
    return () => (value = (value + random(9) + 252) & 255);
  },
];

/** Most often small; a row, a column, or a single pixel in a part of all cases. */
function drawImage(random: RandomIntegers, channels: ImageChannels): ImageBatch {
  const side = (): number => (random(4) === 0 ? 1 : 1 + random(random(50) === 0 ? 80 : 14));
  const [height, width] = [side(), side()];
  const fill = FILLS[random(FILLS.length)]!(random);
  const data = Uint8Array.from({ length: height * width * channels }, fill);
  return { data, count: 1, height, width, channels };
}

async function countWrong(codec: Codec, channels: ImageChannels, count: number): Promise<number> {
  const random = randomIntegers(channels + count);
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const image = drawImage(random, channels);
    const { data, height, width } = await codec.decode(await codec.encode(image));
    const same = height === image.height && width === image.width && Buffer.compare(data, image.data) === 0;
    wrong += Number(!same);
  }
  return wrong;
}

it.each([
  ['grey, a shipped bundle', 1, () => shipped],
  ['grey', 1, () => createLosslessBundle(1)],
  ['RGB', 3, () => createLosslessBundle(3)],
  ['RGBA', 4, () => createLosslessBundle(4)],
  ['RGBA with copies', 4, () => createLosslessBundle(4, true)],
] as const)('any image comes back exactly: %s', { timeout: 600_000 }, async (_, channels, files) => {
  await using codec = await loadCodec(await files());
  expect(await countWrong(codec, channels, IMAGES / 5)).toBe(0);
});
