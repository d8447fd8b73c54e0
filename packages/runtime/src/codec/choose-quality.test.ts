import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFloatImages } from '../image.js';
import { loadCodec } from '../node/load-codec.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { expectRejection, noiseImages } from '../testing/expectations.js';
import { photoLike } from '../testing/photo-like.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { chooseQuality } from './choose-quality.js';
import type { Codec } from './codec.js';
import { meanSquaredError, psnrOf } from './distortion.js';

let codec: Codec;
beforeAll(async () => {
  codec = await loadCodec(await createCodedBundle({ context: true }), { threads: 1 });
});
afterAll(() => codec.dispose());

const photo = photoLike(37, 50, 1, 3);
const batches = [photo, noiseImages(6)];
const qualities = [0, 1, 2, 3];

/** The mean bytes of a stream at each quality. */
const streamBytes = (): Promise<number[]> =>
  Promise.all(
    qualities.map(async (quality) => {
      const streams = await Promise.all(batches.map((batch) => codec.encodeBatch(batch, { quality })));
      return streams.flat().reduce((sum, { length }) => sum + length, 0) / 7;
    }),
  );

/** The PSNR of the large image, decoded. */
const decodedPsnr = (): Promise<number[]> =>
  Promise.all(
    qualities.map(async (quality) => {
      return psnrOf(meanSquaredError(photo, await codec.decode(await codec.encode(photo, { quality }))));
    }),
  );

describe('chooseQuality', () => {
  it('takes the highest quality with at most so many bytes an image', async () => {
    const bytes = await streamBytes();
    for (const quality of qualities) {
      const wanted = bytes[quality]!;
      const best = bytes.findLastIndex((each) => each <= wanted);
      expect(await chooseQuality(codec, batches, { bytes: wanted })).toEqual({
        quality: best,
        reached: bytes[best],
      });
    }
    const below = bytes[3]! - 0.1;
    expect((await chooseQuality(codec, batches, { bytes: below })).quality).toBeLessThan(3);
  });

  it('counts a container where that is asked for', async () => {
    const bytes = await streamBytes();
    const { quality, reached } = await chooseQuality(codec, batches, { bytes: 1e6 }, { container: true });
    const written = await codec.encodeContainer(batches, { write: () => undefined }, { quality });
    expect({ quality, reached }).toEqual({ quality: 3, reached: written.bytes / 7 });
    expect(reached).not.toBe(bytes[3]);
  });

  it('takes the lowest quality that reaches a PSNR, of decoded pixels', async () => {
    const psnr = await decodedPsnr();
    for (const wanted of psnr) {
      const lowest = psnr.findIndex((each) => each >= wanted - 1e-9);
      const chosen = await chooseQuality(codec, photo, { psnr: wanted - 1e-9 });
      expect(chosen.quality).toBe(lowest);
      expect(chosen.reached).toBeCloseTo(psnr[lowest]!, 9);
    }
    expect(await chooseQuality(codec, toFloatImages(photo), { psnr: 1 })).toMatchObject({ quality: 0 });
  });

  it('says the nearest where no quality serves', async () => {
    const bytes = Math.min(...(await streamBytes()));
    await expectRejection(chooseQuality(codec, batches, { bytes: 1 }), {
      code: 'TARGET_UNREACHABLE',
      message: `no quality gives at most 1 bytes an image for these images: the fewest are ${Math.ceil(bytes)}`,
    });
    const psnr = Math.max(...(await decodedPsnr()));
    const failed = chooseQuality(codec, photo, { psnr: 90 });
    await expectRejection(failed, { code: 'TARGET_UNREACHABLE' });
    const { message } = (await failed.catch((error: unknown) => error)) as Error;
    expect(Number(/the most are (\S+)$/.exec(message)?.[1])).toBeCloseTo(psnr, 1);
  });

  it('refuses targets that are none, stops, and needs a bundle with qualities', async () => {
    for (const bytes of [0, -1, Number.NaN, Infinity])
      await expectRejection(chooseQuality(codec, photo, { bytes }), RangeError);
    await expectRejection(chooseQuality(codec, photo, { psnr: '30' as never }), TypeError);
    const signal = AbortSignal.abort();
    await expectRejection(chooseQuality(codec, photo, { psnr: 20 }, { signal }), { code: 'ABORTED' });
    await using plain = await loadCodec(await createTinyBundle(), { threads: 1 });
    await expectRejection(chooseQuality(plain, photo, { psnr: 20 }), { code: 'UNSUPPORTED' });
  });
});
