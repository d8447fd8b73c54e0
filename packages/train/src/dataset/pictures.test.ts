import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPictures } from './pictures.js';

const files = ['high.png', 'grey.png', 'broken.png'];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-pictures-'));
  const high = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => i);
  await sharp(high, { raw: { height: 5, width: 3, channels: 3 } }).toFile(join(folder, 'high.png'));
  const grey = sharp(Uint8Array.of(9, 7), { raw: { height: 1, width: 2, channels: 1 } });
  await grey.toColourspace('b-w').toFile(join(folder, 'grey.png'));
  await writeFile(join(folder, 'broken.png'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pictures of a folder', () => {
  it('are read one by one, each in its own size, with the channels asked for', async () => {
    const pictures = openPictures({ folder, files }, 3);
    expect(pictures).toMatchObject({ count: 3, names: files });
    const high = await pictures.read(0);
    expect(high).toMatchObject({ count: 1, height: 5, width: 3, channels: 3 });
    expect([...high.data]).toEqual(Array.from({ length: 45 }, (_, i) => i));
    const grey = await pictures.read(1);
    expect(grey).toMatchObject({ count: 1, height: 1, width: 2, channels: 3 });
    expect([...grey.data]).toEqual([9, 9, 9, 7, 7, 7]);
    expect([...(await openPictures({ folder, files }, 1).read(1)).data]).toEqual([9, 7]);
  });

  it('refuse a picture that is none, and name the file that cannot be read', async () => {
    const pictures = openPictures({ folder, files }, 3);
    await expect(pictures.read(3)).rejects.toThrow('expected an integer in 0..2 for index, received 3');
    await expect(pictures.read(-1)).rejects.toThrow(RangeError);
    await expect(pictures.read(2)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('broken.png'),
    });
  });
});
