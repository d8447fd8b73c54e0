import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { noiseImages } from '../testing/expectations.js';
import { writePng } from './png.js';

describe('writePng', () => {
  it.each([
    [1, 1],
    [32, 21],
    [7, 32],
  ])('writes %d×%d pixels that another reader finds unchanged', async (height, width) => {
    const image = noiseImages(1, height, width, 3);
    const { data, info } = await sharp(writePng(image), { failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ height, width, channels: 3 });
    expect(new Uint8Array(data)).toEqual(image.data);
  });
});
