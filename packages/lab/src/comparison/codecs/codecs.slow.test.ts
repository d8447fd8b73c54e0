import { ConvaeError, IMAGE_CHANNELS, type ImageBatch } from '@convae/runtime';
import { tinyImages } from '@convae/train/testing';
import { describe, expect, it } from 'vitest';
import { BYTE_CODECS, measureBytes, planBytes } from './byte-streams.js';
import type { CodecEntry, PictureCodec } from './picture-codec.js';
import { toRgba, withChannels } from './picture-codec.js';
import { measurePictures, planPictures } from './picture-measurements.js';
import { PICTURE_CODECS } from './registry.js';

const sets = IMAGE_CHANNELS.map((channels) =>
  tinyImages({ count: 12, height: 16, width: 12, channels, labelled: false }),
);

const middle = (qualities: readonly number[]): number => qualities[Math.floor(qualities.length / 2)]!;

describe.each(PICTURE_CODECS.map((entry) => [entry.label, entry] as const))('%s', (_label, entry) => {
  it.each(sets.map((images) => [images.channels, images] as const))(
    'codes mosaics and files with %i channels',
    async (_channels, images) => {
      const codec = await entry.load();
      if (codec.opaque && images.channels === 4) return;
      for (const layout of ['mosaic', 'file'] as const) {
        const qualities = codec.qualities[layout];
        if (qualities.length === 0) continue;
        const quality = middle(qualities);
        // Its decoder goes through floats, and a few colour values come back one off.
        if (codec.name === 'JPEG XL lossless' && images.channels > 1) {
          const coded = measurePictures(codec, images, { layout, quality });
          await expect(coded).rejects.toThrow('did not give back every pixel');
          continue;
        }
        const shares: number[] = [];
        const onProgress = (share: number): void => void shares.push(share);
        const figures = await measurePictures(codec, images, { layout, quality, onProgress });
        expect(figures.images).toBe(12);
        expect(figures.bytesPerImage).toBeGreaterThan(1);
        if (codec.lossless) expect(figures.psnr).toBeNull();
        else expect(figures.psnr).toBeGreaterThan(3);
        expect(shares.at(-1)).toBe(1);
      }
    },
  );

  it('gives better pictures at its finest quality than at its coarsest', async () => {
    const codec = await entry.load();
    const qualities = codec.qualities.mosaic;
    if (qualities.length < 2) return;
    const images = smooth();
    const coarse = await measurePictures(codec, images, { layout: 'mosaic', quality: qualities[0]! });
    const fine = await measurePictures(codec, images, { layout: 'mosaic', quality: qualities.at(-1)! });
    expect(fine.psnr!).toBeGreaterThan(coarse.psnr!);
    expect(fine.bytesPerImage).toBeGreaterThan(coarse.bytesPerImage);
  });
});

/** Waves instead of noise: pictures that codecs are made for. */
function smooth(): ImageBatch {
  const data = new Uint8Array(9 * 32 * 32);
  for (let i = 0; i < data.length; i++) {
    const [n, y, x] = [Math.floor(i / 1024), Math.floor(i / 32) % 32, i % 32];
    data[i] = 127 + 120 * Math.sin((x * (n + 1)) / 7) * Math.cos(y / (n + 2));
  }
  return { data, count: 9, height: 32, width: 32, channels: 1 };
}

describe('planPictures', () => {
  const [images] = sets;

  it('lists a codec that does not run, with the reason', async () => {
    const broken: CodecEntry = {
      label: 'Broken',
      load: async () => {
        throw new ConvaeError('DEPENDENCY_MISSING', 'no such library');
      },
    };
    const { measurements, skipped } = await planPictures(images!, [broken, PICTURE_CODECS[0]!]);
    expect(skipped).toEqual([{ label: 'Broken', reason: 'no such library' }]);
    expect(measurements.length).toBeGreaterThan(5);
  });

  it('leaves out a codec that has no transparency, of RGBA images alone', async () => {
    const jpeg = PICTURE_CODECS.filter(({ label }) => label === 'JPEG');
    expect((await planPictures(sets[2]!, jpeg)).skipped).toEqual([
      { label: 'JPEG', reason: 'it has no transparency' },
    ]);
    expect((await planPictures(sets[1]!, jpeg)).skipped).toEqual([]);
  });

  it('samples files by a seed where there are too many, and says so', async () => {
    const jpeg = await PICTURE_CODECS[0]!.load();
    const few: PictureCodec = { ...jpeg, maxFiles: 5 };
    const plan = () => planPictures(images!, [{ label: 'JPEG', load: async () => few }]);
    const file = (await plan()).measurements.find(({ method }) => method.family === 'file')!;
    expect(file.method.details).toContain('a seeded sample of 5 images');
    const figures = await file.measure(() => undefined);
    expect(figures.images).toBe(5);
    const again = (await plan()).measurements.find(({ method }) => method.family === 'file')!;
    expect(await again.measure(() => undefined)).toEqual(figures);
  });

  it('does not accept a lossless codec that changes pixels', async () => {
    const jpeg = await PICTURE_CODECS[0]!.load();
    const options = { layout: 'mosaic', quality: 5 } as const;
    await expect(measurePictures({ ...jpeg, lossless: true }, images!, options)).rejects.toThrow(
      'did not give back every pixel',
    );
  });

  it('does not accept a picture of another size', async () => {
    const jpeg = await PICTURE_CODECS[0]!.load();
    const decode = async () => ({ data: new Uint8Array(4), height: 2, width: 2, channels: 1 });
    for (const layout of ['mosaic', 'file'] as const)
      await expect(
        measurePictures({ ...jpeg, decode }, images!, { layout, quality: 5 }),
      ).rejects.toMatchObject({ code: 'RUN_FAILED', message: expect.stringContaining('made 2×2×1 of') });
  });
});

describe('byte streams', () => {
  it.each(BYTE_CODECS.map((codec) => [codec.name, codec] as const))(
    '%s gives every byte back',
    async (_, codec) => {
      const plan = await planBytes(sets[0]!, [codec]);
      if (plan.skipped.length > 0) return expect(plan.skipped[0]!.reason).toContain('is not installed');
      const figures = await measureBytes(codec, sets[0]!);
      expect(figures).toMatchObject({ psnr: null, mse: 0, images: 12 });
      return expect(figures.bytesPerImage).toBeLessThan(16 * 12);
    },
  );

  it('lists a program that is missing', async () => {
    const missing = {
      ...BYTE_CODECS[0]!,
      name: 'none',
      version: () =>
        Promise.reject(new ConvaeError('DEPENDENCY_MISSING', 'the program none is not installed')),
    };
    const { skipped } = await planBytes(sets[0]!, [missing]);
    expect(skipped).toEqual([
      { label: 'none, raw pixels as one stream', reason: 'the program none is not installed' },
    ]);
  });
});

describe('pixels', () => {
  const rgb = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 1, width: 2, channels: 3 };

  it('go to RGBA and back', () => {
    const rgba = { ...rgb, data: new Uint8Array(toRgba(rgb)), channels: 4 };
    expect([...rgba.data]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(withChannels(rgba, 3)).toEqual(rgb);
  });

  it('become grey by their green value, and colour by repetition', () => {
    const grey = withChannels(rgb, 1);
    expect([...grey.data]).toEqual([2, 5]);
    expect([...withChannels(grey, 3).data]).toEqual([2, 2, 2, 5, 5, 5]);
  });
});
