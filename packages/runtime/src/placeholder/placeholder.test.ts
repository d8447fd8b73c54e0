import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanSquaredError } from '../codec/distortion.js';
import type { Codec } from '../codec/interface.js';
import type { ImageBatch } from '../image.js';
import { loadCodec } from '../node/load-codec.js';
import { createCodedBundle, TINY_QUANTIZER, withCoding } from '../testing/coded-bundle.js';
import { expectRejection, noiseImages } from '../testing/expectations.js';
import { photoLike } from '../testing/photo-like.js';
import { seededRandom, TINY_SIDE } from '../testing/tiny-bundle.js';
import { areaAverage } from './area-average.js';
import {
  decodePlaceholder,
  encodePlaceholder,
  MAX_PLACEHOLDER_BYTES,
  placeholderAspectRatio,
  placeholderDataUrl,
} from './index.js';

let codec: Codec;
beforeAll(async () => {
  const bundle = await createCodedBundle({ channels: 3, context: true, gains: true });
  codec = await loadCodec(bundle, { threads: 1 });
});
afterAll(() => codec.dispose());

const photo = photoLike(40, 60, 3, 1);
const LARGE = { maxBytes: MAX_PLACEHOLDER_BYTES } as const;

const scaled = (image: ImageBatch): ImageBatch => {
  const { height, width } = codec.manifest.image;
  return areaAverage(image, height, width);
};

describe('placeholders', () => {
  it('are the stream of the scaled picture behind one byte, at the quality that is most worth its bytes', async () => {
    for (const picture of [photo, photoLike(50, 50, 3, 2), noiseImages(1, 20, 20, 3)]) {
      const pixels = scaled(picture);
      const streams = await Promise.all([0, 1, 2, 3].map((quality) => codec.encode(pixels, { quality })));
      const decoded = await Promise.all(streams.map((stream) => codec.decode(stream)));
      const costs = decoded.map(
        (image, i) => 8 * streams[i]!.length + 10 * pixels.data.length * meanSquaredError(pixels, image),
      );
      const best = costs.indexOf(Math.min(...costs));
      const bytes = await encodePlaceholder(codec, picture, LARGE);
      expect(bytes.subarray(1)).toEqual(streams[best]!.subarray(1));
      expect((await decodePlaceholder(codec, bytes)).image).toEqual(decoded[best]);
    }
  });

  it.each([0, 1, 2, 3])('are coded at the quality that is asked for: %d', async (quality) => {
    const bytes = await encodePlaceholder(codec, photo, { ...LARGE, quality });
    const { image } = await decodePlaceholder(codec, bytes);
    expect(image).toEqual(await codec.decode(await codec.encode(scaled(photo), { quality })));
  });

  it('take the best quality that fits into so many bytes', async () => {
    const lengths = await Promise.all(
      [0, 1, 2, 3].map(async (quality) => (await codec.encode(scaled(photo), { quality })).length),
    );
    for (const maxBytes of lengths) {
      const best = lengths.findLastIndex((length) => length <= maxBytes);
      const bytes = await encodePlaceholder(codec, photo, { maxBytes, quality: 3 });
      expect(bytes.length).toBe(lengths[best]);
    }
    expect(new Set(lengths).size).toBeGreaterThan(2);
  });

  it('are of a softer picture where even the coarsest quality does not fit', async () => {
    const bundle = await createCodedBundle({ channels: 3 });
    const quantizer = { ...TINY_QUANTIZER, multipliers: [1] };
    const tables = bundle.contents.get('tables.bin')!;
    const fine = await loadCodec(await withCoding(bundle, tables, { quantizer, quality: 0 }), { threads: 1 });
    const noise = noiseImages(1, TINY_SIDE, TINY_SIDE, 3);
    const hard = { ...noise, data: noise.data.map((value) => (value < 128 ? 0 : 255)) };
    const whole = await encodePlaceholder(fine, hard, LARGE);
    const bytes = await encodePlaceholder(fine, hard, { maxBytes: whole.length - 1 });
    expect(bytes.length).toBeLessThan(whole.length);
    const soft = areaAverage(areaAverage(hard, 4, 4), TINY_SIDE, TINY_SIDE);
    const { image } = await decodePlaceholder(fine, bytes);
    expect(image).toEqual(await fine.decode(await fine.encode(soft)));
    await fine.dispose();
  });

  it('are refused where one flat colour takes more bytes', async () => {
    await expectRejection(encodePlaceholder(codec, photo, { maxBytes: 1 }), { code: 'TARGET_UNREACHABLE' });
  });

  it.each([1, 4] as const)('take pictures of %d channels', async (channels) => {
    const image = noiseImages(1, 30, 20, channels);
    const bytes = await encodePlaceholder(codec, image, LARGE);
    const decoded = await decodePlaceholder(codec, bytes);
    expect(decoded.image).toMatchObject({ count: 1, channels: 3, height: codec.manifest.image.height });
    expect(decoded.aspectRatio).toBeCloseTo(2 / 3, 1);
  });

  it('tell the aspect ratio without a network, of the pixels or as it is given', async () => {
    const wide = await encodePlaceholder(codec, photo, LARGE);
    expect(placeholderAspectRatio(codec, wide)).toBeCloseTo(1.5, 1);
    const square = await encodePlaceholder(codec, photo, { ...LARGE, aspectRatio: 1 });
    expect(placeholderAspectRatio(codec, square)).toBe(1);
    expect(square.subarray(1)).toEqual(wide.subarray(1));
  });

  it.each([
    [1.5, 21, 32],
    [0.5, 32, 16],
    [1, 32, 32],
    [50, 8, 32],
  ])('become the URL of a PNG of their aspect ratio: %d', async (aspectRatio, height, width) => {
    const bytes = await encodePlaceholder(codec, photo, { ...LARGE, aspectRatio });
    const url = await placeholderDataUrl(codec, bytes);
    const png = Buffer.from(url.replace(/^data:image\/png;base64,/, ''), 'base64');
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const { image } = await decodePlaceholder(codec, bytes);
    expect([info.width, info.channels]).toEqual([width, 3]);
    expect(Math.abs(info.height - height)).toBeLessThanOrEqual(1);
    expect(new Uint8Array(data)).toEqual(areaAverage(image, info.height, info.width).data);
  });
});

describe('what placeholders refuse', () => {
  const tooMany = { ...photo, count: 2, data: new Uint8Array(2 * photo.data.length) };

  it.each([
    ['several images', tooMany, {}, RangeError],
    ['two channels', noiseImages(1, 4, 4, 2), {}, RangeError],
    ['no bytes at all', photo, { maxBytes: 0 }, RangeError],
    ['more bytes than are read', photo, { maxBytes: 1025 }, RangeError],
    ['a quality that is not there', photo, { quality: 4 }, RangeError],
    ['a quality that is no number', photo, { quality: '2' as unknown as number }, TypeError],
    ['an aspect ratio of 0', photo, { aspectRatio: 0 }, RangeError],
    ['an endless aspect ratio', photo, { aspectRatio: Number.POSITIVE_INFINITY }, RangeError],
  ])('%s', async (_, image, options, error) => {
    await expectRejection(encodePlaceholder(codec, image, options), error);
  });

  it('bytes that are none, too many, or of another kind', async () => {
    await expectRejection(decodePlaceholder(codec, new Uint8Array(0)), { code: 'DATA_TRUNCATED' });
    await expectRejection(decodePlaceholder(codec, new Uint8Array(1025)), { code: 'LIMIT_EXCEEDED' });
    await expectRejection(decodePlaceholder(codec, Uint8Array.of(255, 1)), { code: 'DATA_INVALID' });
    await expectRejection(decodePlaceholder(codec, [1, 2] as unknown as Uint8Array), TypeError);
  });

  it('a bundle for grey images', async () => {
    const grey = await loadCodec(await createCodedBundle(), { threads: 1 });
    await expectRejection(encodePlaceholder(grey, photo), { code: 'UNSUPPORTED' });
    await expectRejection(decodePlaceholder(grey, Uint8Array.of(0)), { code: 'UNSUPPORTED' });
    await grey.dispose();
  });

  it('and any bytes give a picture or an error of ours', async () => {
    const random = seededRandom(7);
    const good = await encodePlaceholder(codec, photo, LARGE);
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from(good.subarray(0, 1 + Math.floor(random() * good.length)));
      bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
      const result = await decodePlaceholder(codec, bytes).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toMatchObject({ name: 'ConvaeError' });
      else expect(result).toMatchObject({ image: { count: 1, channels: 3 } });
    }
  });
});
