import { describe, expect, it } from 'vitest';
import { importImage, MAX_PHOTO_PIXELS, photoImage, photoSides } from './import-image.js';

describe('images', () => {
  it('are refused where their file is too large, before the browser reads it', async () => {
    const file = new Blob([new Uint8Array((64 << 20) + 1)]);
    const shape = { height: 28, width: 28, channels: 1 };
    await expect(importImage(file, shape)).rejects.toThrow('This image is too large for this page');
  });
});

describe('photos', () => {
  it.each([[{ height: 480, width: 641 }], [{ height: 1, width: 1 }], [{ height: 1000, width: 2000 }]])(
    'of %o keep their sides',
    (sides) => {
      expect(photoSides(sides)).toEqual(sides);
    },
  );

  it.each([
    [{ height: 3000, width: 4000 }],
    [{ height: 9000, width: 31 }],
    [{ height: 1, width: 60_000 }],
    [{ height: 2001, width: 1000 }],
  ])('of %o become smaller, in proportion', (sides) => {
    const { height, width } = photoSides(sides);
    expect(height * width).toBeLessThanOrEqual(MAX_PHOTO_PIXELS);
    expect(Math.max(height, width)).toBeLessThanOrEqual(8192);
    expect(height).toBeGreaterThanOrEqual(1);
    expect(Math.abs(width - (height * sides.width) / sides.height)).toBeLessThan(
      1.5 * Math.max(1, sides.width / sides.height),
    );
  });

  it('are laid over white for a model without opacity, and kept as they are for one with it', () => {
    const rgba = Uint8ClampedArray.of(10, 20, 30, 255, 10, 20, 30, 0, 200, 100, 0, 51);
    const photo = { file: new File([], 'x'), rgba, height: 1, width: 3, scaledFrom: undefined };
    expect([...photoImage(photo, 3).data]).toEqual([10, 20, 30, 255, 255, 255, 244, 224, 204]);
    expect(photoImage(photo, 4)).toEqual({
      data: new Uint8Array(rgba),
      count: 1,
      height: 1,
      width: 3,
      channels: 4,
    });
  });
});
