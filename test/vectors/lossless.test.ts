import { type Codec, loadCodec } from '@convae/runtime';
import {
  type BundleFiles,
  CONTEXT_KERNELS,
  IMAGE_CHANNELS,
  type ImageBatch,
  type ImageChannels,
  isLosslessBundle,
  loadAnyBundle,
} from '@convae/runtime/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import { createLosslessBundle } from '../../packages/runtime/src/testing/lossless-bundle.js';
import { expectGolden, expectGoldenJson, fromHex, golden, goldenJson, toHex, UPDATE } from './golden.js';

/** A coded image: the bytes that every encoder writes for these pixels, and the pixels that every decoder finds. */
interface LosslessVector {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly bytes: string;
  readonly pixels: string;
}

const HASHES: Readonly<Record<string, string>> = {
  'tiny-lossless-1': 'b07060f4940b3219',
  'tiny-lossless-3': '6873281d6582bc38',
  'tiny-lossless-4': 'a3cb282c6fb9b4a0',
  'tiny-lossless-copies': '92c3345095fa83ae',
};

/** Noise, one pixel, odd sizes, and a drawing on nothing whose ends are 0 and 255. */
const casesOf = (channels: ImageChannels): { name: string; image: ImageBatch }[] => [
  { name: 'noise', image: noiseImages(1, 8, 8, channels) },
  { name: 'one pixel', image: noiseImages(1, 1, 1, channels) },
  { name: 'another size', image: noiseImages(1, 9, 13, channels) },
  { name: 'a row', image: noiseImages(1, 1, 100, channels) },
  { name: 'a drawing', image: drawing(20, 17, channels) },
];

function drawing(height: number, width: number, channels: ImageChannels): ImageBatch {
  const noise = noiseImages(1, height, width, channels);
  const data = noise.data.map((value, i) =>
    Math.floor(i / channels) % 7 < 4 ? 0 : value < 100 ? 255 : value,
  );
  return { ...noise, data };
}

describe.each([
  ...IMAGE_CHANNELS.map((channels) => ({ channels, copies: false, folder: `tiny-lossless-${channels}` })),
  { channels: 4, copies: true, folder: 'tiny-lossless-copies' },
] as const)('vectors of a lossless bundle, $folder', ({ channels, copies, folder }) => {
  const bundle: BundleFiles = { location: folder, read: async (name) => golden(`${folder}/${name}`) };
  const cases = casesOf(channels);
  const batches = [noiseImages(3, 8, 8, channels), noiseImages(2, 5, 6, channels)];

  beforeAll(async () => {
    const { contents } = await createLosslessBundle(channels, copies);
    for (const name of ['manifest.json', 'context.bin'])
      expectGolden(`${folder}/${name}`, contents.get(name)!);
    if (!UPDATE) return;
    await using codec = await loadCodec(bundle);
    expectGolden(`${folder}/images.cae`, await container(codec));
    expectGoldenJson(`${folder}/streams.json`, await streams(codec));
  });

  async function container(codec: Codec): Promise<Uint8Array> {
    const pieces: number[] = [];
    const sink = { write: (bytes: Uint8Array) => void pieces.push(...bytes) };
    await codec.encodeContainer(batches, sink, { chunk: 2, count: 5 });
    return Uint8Array.from(pieces);
  }

  const streams = (codec: Codec): Promise<LosslessVector[]> =>
    Promise.all(
      cases.map(async ({ name, image }) => {
        const { height, width, data } = image;
        return { name, height, width, bytes: toHex(await codec.encode(image)), pixels: toHex(data) };
      }),
    );

  it('hold its identity', async () => {
    const loaded = await loadAnyBundle(bundle);
    expect(isLosslessBundle(loaded) && toHex(loaded.hash)).toBe(HASHES[folder]);
  });

  it.each(CONTEXT_KERNELS)(
    'are what the encoder writes, and what the decoder reads (%s)',
    async (contextKernel) => {
      await using codec = await loadCodec(bundle, { contextKernel });
      expect(await streams(codec)).toEqual(goldenJson(`${folder}/streams.json`));
      expect(await container(codec)).toEqual(golden(`${folder}/images.cae`));
      for (const { name, height, width, bytes, pixels } of goldenJson<LosslessVector[]>(
        `${folder}/streams.json`,
      )) {
        const image = await codec.decode(fromHex(bytes));
        expect(image, name).toEqual({ data: fromHex(pixels), count: 1, height, width, channels });
      }
    },
  );
});
