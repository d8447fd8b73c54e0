import { ConvaeError, type ImageBatch } from '@convae/runtime';
import { tinyImages } from '@convae/train/testing';
import { describe, expect, it } from 'vitest';
import { picturesOf } from '../pictures/pictures.js';
import { USES } from '../result.js';
import { takeSamples } from '../samples.js';
import { BYTE_CODECS, measureBytes, planBytes } from './byte-streams.js';
import type { CodecEntry } from './picture-codec.js';
import { toRgba, type Variant, withChannels } from './picture-codec.js';
import { measurePictures, type PictureSetting, planPictures } from './picture-measurements.js';
import { PICTURE_CODECS } from './registry.js';
import { bestJpeg, plainJpeg } from './sharp-codecs.js';

const [grey, rgb] = ([1, 3] as const).map((channels) =>
  tinyImages({ count: 12, height: 16, width: 12, channels, labelled: false }),
) as [ImageBatch, ImageBatch];

/** The grey images in red; of each the right half is hidden and black. */
const rgba: ImageBatch = {
  ...grey,
  channels: 4,
  data: Uint8Array.from({ length: 4 * grey.data.length }, (_, i) => {
    const [pixel, channel] = [i >> 2, i % 4];
    if (pixel % 12 >= 6) return 0;
    return channel === 0 ? grey.data[pixel]! : channel === 3 ? 255 : 0;
  }),
};

const both = (images: ImageBatch) => ({
  pictures: picturesOf(images),
  batches: { single: images, together: images },
});

const samplesOf = (images: ImageBatch) =>
  takeSamples(
    {
      ...{ name: 'tiny', source: 'idx:tiny', testIsValidation: false },
      train: images,
      validation: images,
      loadTest: async () => images,
    },
    true,
  );

const middle = ({ qualities }: Variant): number => qualities[Math.floor(qualities.length / 2)]!;

/** The program is not everywhere. */
const hasCjxl = await PICTURE_CODECS.find(({ slow }) => slow)!
  .load(1)
  .then(
    () => true,
    () => false,
  );
const EVERYWHERE = PICTURE_CODECS.filter(({ slow }) => !slow);

it.skipIf(hasCjxl)('JPEG XL with its modular options says that its program is missing', async () => {
  const entry = PICTURE_CODECS.find(({ slow }) => slow)!;
  await expect(entry.load(1)).rejects.toMatchObject({ code: 'DEPENDENCY_MISSING' });
});

describe.each((hasCjxl ? PICTURE_CODECS : EVERYWHERE).map((entry) => [entry.label, entry] as const))(
  '%s',
  (label, entry) => {
    it.each([grey, rgb, rgba].map((images) => [images.channels, images] as const))(
      'codes mosaics and files with %i channels in every variant',
      async (channels, images) => {
        if ([bestJpeg, plainJpeg].some((jpeg) => jpeg.label === label) && channels === 4) {
          await expect(entry.load(4)).rejects.toThrow('it has no alpha');
          return;
        }
        const codec = await entry.load(channels);
        for (const variant of codec.variants(channels)) {
          for (const use of USES) {
            const setting = { codec, variant, quality: middle(variant), use };
            // Its decoder goes through floats, and a few colour values come back one off.
            if (codec.name === 'JPEG XL lossless' && channels === 3) {
              const coded = measurePictures(setting, both(images));
              await expect(coded).rejects.toThrow('did not give back every pixel');
              continue;
            }
            const shares: number[] = [];
            const figures = await measurePictures(setting, both(images), (share) => shares.push(share));
            expect(figures.images).toBe(12);
            expect(figures.bytesPerImage).toBeGreaterThan(1);
            if (codec.lossless) expect(figures.psnr).toBeNull();
            else expect(figures.psnr).toBeGreaterThan(3);
            expect(shares.at(-1)).toBe(1);
          }
        }
      },
    );

    it('gives better pictures at the finest quality of a variant than at its coarsest', async () => {
      const codec = await entry.load(1);
      for (const variant of codec.variants(1)) {
        if (variant.qualities.length < 2) continue;
        const at = (quality: number) =>
          measurePictures({ codec, variant, quality, use: 'together' }, both(smooth()));
        const coarse = await at(variant.qualities[0]!);
        const fine = await at(variant.qualities.at(-1)!);
        expect(fine.psnr ?? 99).toBeGreaterThan(coarse.psnr!);
        expect(fine.bytesPerImage).toBeGreaterThan(coarse.bytesPerImage);
      }
    });
  },
);

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
  it('lists a codec that does not run, with the reason', async () => {
    const broken: CodecEntry = {
      label: 'Broken',
      load: async () => {
        throw new ConvaeError('DEPENDENCY_MISSING', 'no such library');
      },
    };
    const plan = await planPictures(await samplesOf(grey), [broken, PICTURE_CODECS[0]!]);
    expect(plan.skipped).toEqual([{ label: 'Broken', reason: 'no such library' }]);
    expect(plan.measurements.length).toBeGreaterThan(5);
  });

  it('lists JPEG as skipped for RGBA, and has a lossy PNG for it alone', async () => {
    const names = async (images: ImageBatch) => {
      const { measurements, skipped } = await planPictures(await samplesOf(images), EVERYWHERE);
      return { ids: new Set(measurements.map(({ method }) => method.id)), skipped };
    };
    const alpha = await names(rgba);
    expect(alpha.skipped).toEqual(
      [bestJpeg, plainJpeg].map(({ label }) => ({ label, reason: 'it has no alpha' })),
    );
    expect(alpha.ids).toContain('png-with-a-palette-single');
    const colour = await names(rgb);
    expect(colour.skipped).toEqual([]);
    expect(colour.ids).toContain('jpeg-single');
    expect(colour.ids).not.toContain('png-with-a-palette-single');
  });

  it('has colours at 4:4:4 and 4:2:0, and says which in the setting', async () => {
    const { measurements } = await planPictures(await samplesOf(rgb), EVERYWHERE);
    for (const id of ['jpeg-single', 'avif-single', 'avif-together']) {
      const settings = measurements.filter(({ method }) => method.id === id).map(({ setting }) => setting);
      for (const subsampling of ['4:4:4', '4:2:0'])
        expect(settings.filter((setting) => setting.includes(subsampling)).length).toBeGreaterThan(5);
    }
  });
});

describe('measurePictures', () => {
  const jpegSetting = async (use: PictureSetting['use']): Promise<PictureSetting> => {
    const codec = await PICTURE_CODECS[0]!.load(1);
    return { codec, variant: codec.variants(1)[0]!, quality: 5, use };
  };

  it('codes pictures of different sizes one by one: bytes of all, error over all pixels', async () => {
    const sizes = [grey, smooth()].map((images) => ({ ...picturesOf(images), count: 1 }));
    const pictures = { count: 2, names: ['a', 'b'], read: (i: number) => sizes[i]!.read(0) };
    const setting = await jpegSetting('single');
    const all = await measurePictures(setting, { pictures });
    const [a, b] = await Promise.all(sizes.map((one) => measurePictures(setting, { pictures: one })));
    expect(all.images).toBe(2);
    expect(all.bytesPerImage).toBe((a!.bytesPerImage + b!.bytesPerImage) / 2);
    const [pa, pb] = [16 * 12, 32 * 32];
    expect(all.mse).toBeCloseTo((a!.mse * pa + b!.mse * pb) / (pa + pb), 12);
    expect(all.psnr).toBeCloseTo(-10 * Math.log10(all.mse), 9);
    expect(all.ssim).toBeCloseTo((a!.ssim + b!.ssim) / 2, 9);
  });

  it('does not accept a lossless codec that changes pixels', async () => {
    const setting = await jpegSetting('together');
    const lossless = { ...setting, codec: { ...setting.codec, lossless: true } };
    await expect(measurePictures(lossless, both(grey))).rejects.toThrow('did not give back every pixel');
  });

  it('does not accept a picture of another size', async () => {
    const decode = async () => ({ data: new Uint8Array(4), height: 2, width: 2, channels: 1 });
    for (const use of USES) {
      const setting = await jpegSetting(use);
      const wrong = { ...setting, codec: { ...setting.codec, decode } };
      await expect(measurePictures(wrong, both(grey))).rejects.toMatchObject({
        code: 'RUN_FAILED',
        message: expect.stringContaining('made 2×2×1 of'),
      });
    }
  });
});

describe('byte streams', () => {
  it.each(BYTE_CODECS.map((codec) => [codec.name, codec] as const))(
    '%s gives every byte back',
    async (_, codec) => {
      const plan = await planBytes(grey, [codec]);
      if (plan.skipped.length > 0) return expect(plan.skipped[0]!.reason).toContain('is not installed');
      const figures = await measureBytes(codec, grey);
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
    const { skipped } = await planBytes(grey, [missing]);
    expect(skipped).toEqual([
      { label: 'none, raw pixels as one stream', reason: 'the program none is not installed' },
    ]);
  });
});

describe('pixels', () => {
  const two = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 1, width: 2, channels: 3 };

  it('go to opaque RGBA and back', () => {
    const opaque = { ...two, data: new Uint8Array(toRgba(two)), channels: 4 };
    expect([...opaque.data]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(withChannels(opaque, 3)).toEqual(two);
  });

  it('become grey by their green value, and colour by repetition', () => {
    const one = withChannels(two, 1);
    expect([...one.data]).toEqual([2, 5]);
    expect([...withChannels(one, 3).data]).toEqual([2, 2, 2, 5, 5, 5]);
    expect([...withChannels(one, 4).data]).toEqual([2, 2, 2, 255, 5, 5, 5, 255]);
  });

  it('keep their alpha', () => {
    const clear = { data: Uint8Array.of(1, 2, 3, 0), height: 1, width: 1, channels: 4 };
    expect([...toRgba(clear)]).toEqual([1, 2, 3, 0]);
    expect([...withChannels(clear, 3).data]).toEqual([1, 2, 3]);
  });
});
