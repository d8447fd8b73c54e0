import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseImages } from '../testing/expectations.js';
import { encodePng, readImageFile, readImageSize, writeImageFile } from './image-files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-images-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** An RGB picture of one colour. */
function plain(red: number, green: number, blue: number): Sharp {
  return sharp({ create: { width: 6, height: 4, channels: 3, background: { r: red, g: green, b: blue } } });
}

describe('image files', () => {
  it.each([
    [1, 'png'],
    [3, 'png'],
    [4, 'png'],
    [3, 'webp'],
    [4, 'webp'],
  ] as const)('give back images of %i channels as they were written, %s', async (channels, format) => {
    const path = join(folder, `noise-${channels}.${format}`);
    const images = noiseImages(3, 9, 5, channels);
    await writeImageFile(path, images, 2);
    const expected = { ...images, count: 1, data: images.data.subarray(2 * 45 * channels) };
    expect(await readImageFile(path, channels)).toEqual(expected);
    expect((await sharp(path).metadata()).channels).toBe(channels);
    expect(await readImageSize(path)).toEqual({ height: 9, width: 5 });
  });

  it.each(['png', 'jpeg', 'webp'] as const)('are read from %s', async (format) => {
    const path = join(folder, `red.${format}`);
    await plain(200, 0, 0).toFormat(format, { quality: 100 }).toFile(path);
    const image = await readImageFile(path, 3);
    expect(image).toMatchObject({ count: 1, height: 4, width: 6, channels: 3 });
    for (const [i, value] of image.data.entries())
      expect(Math.abs(value - (i % 3 === 0 ? 200 : 0))).toBeLessThan(6);
  });

  it('become grey where the bundle is grey, and RGB where it is RGB', async () => {
    const path = join(folder, 'grey.png');
    await writeImageFile(path, { data: Uint8Array.of(7, 99), count: 1, height: 1, width: 2, channels: 1 });
    expect((await readImageFile(path, 3)).data).toEqual(Uint8Array.of(7, 7, 7, 99, 99, 99));
    const colour = join(folder, 'colour.png');
    await plain(0, 255, 0).png().toFile(colour);
    const grey = await readImageFile(colour, 1);
    expect(new Set(grey.data).size).toBe(1);
    expect(grey.data[0]).toBeGreaterThan(150);
    expect(grey.data[0]).toBeLessThan(240);
  });

  it('lay transparency over white', async () => {
    const path = join(folder, 'clear.png');
    await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    }).toFile(path);
    expect((await readImageFile(path, 1)).data).toEqual(new Uint8Array(4).fill(255));
  });

  it.each(['png', 'webp'] as const)('keep transparency for RGBA bundles, from %s', async (format) => {
    const path = join(folder, `veil.${format}`);
    const data = Uint8Array.of(200, 0, 0, 255, 0, 200, 0, 128, 0, 0, 200, 1);
    const image = sharp(data, { raw: { width: 3, height: 1, channels: 4 } });
    await (format === 'png' ? image.png() : image.webp({ lossless: true })).toFile(path);
    expect(await readImageFile(path, 4)).toEqual({ data, count: 1, height: 1, width: 3, channels: 4 });
  });

  it('are opaque in RGBA where they have no transparency, grey ones too', async () => {
    const path = join(folder, 'opaque.png');
    await writeImageFile(path, { data: Uint8Array.of(7, 99), count: 1, height: 1, width: 2, channels: 1 });
    expect((await readImageFile(path, 4)).data).toEqual(Uint8Array.of(7, 7, 7, 255, 99, 99, 99, 255));
  });

  it('keep 16-bit transparency as 8 bits', async () => {
    const path = join(folder, 'deep-veil.png');
    const data = Uint16Array.of(0, 0x8080, 0xffff, 0x4040);
    await sharp(data, { raw: { width: 1, height: 1, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toFile(path);
    expect((await sharp(path).metadata()).depth).toBe('ushort');
    expect((await readImageFile(path, 4)).data).toEqual(Uint8Array.of(0, 0x80, 0xff, 0x40));
  });

  it('reduce 16-bit samples to 8 bits', async () => {
    const path = join(folder, 'deep.png');
    const data = Uint16Array.of(0, 0x8080, 0xffff, 0x4040);
    await sharp(data, { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(path);
    expect((await sharp(path).metadata()).depth).toBe('ushort');
    expect((await readImageFile(path, 1)).data).toEqual(Uint8Array.of(0, 0x80, 0xff, 0x40));
  });

  it('are turned upright', async () => {
    const path = join(folder, 'turned.jpg');
    await plain(9, 9, 9).withMetadata({ orientation: 6 }).jpeg().toFile(path);
    expect(await readImageSize(path)).toEqual({ height: 6, width: 4 });
    expect(await readImageFile(path, 1)).toMatchObject({ height: 6, width: 4 });
  });

  it('are refused where they are damaged, of another format or missing', async () => {
    const path = join(folder, 'cut.png');
    const png = await encodePng(noiseImages(1, 64, 64));
    await writeFile(path, png.subarray(0, png.length / 2));
    await expect(readImageFile(path, 1)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(path),
    });
    await writeFile(path, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(readImageFile(path, 1)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await writeFile(path, '');
    await expect(readImageFile(path, 1)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(readImageFile(join(folder, 'none.png'), 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are not written from wrong arguments', async () => {
    const path = join(folder, 'never.png');
    await expect(writeImageFile(path, noiseImages(1), 1)).rejects.toThrow(
      'expected an integer in 0..0 for index, received 1',
    );
    await expect(writeImageFile(path, noiseImages(1, 8, 8, 2))).rejects.toThrow(RangeError);
    await expect(readImageFile(path, 2 as 1)).rejects.toThrow(RangeError);
    const jpeg = join(folder, 'never.jpg');
    await expect(writeImageFile(jpeg, noiseImages(1, 8, 8, 4))).rejects.toThrow(
      `expected .png or .webp at the end of the image file's name, received ${jpeg}`,
    );
    expect(await readdir(folder)).not.toContain('never.png');
  });
});
