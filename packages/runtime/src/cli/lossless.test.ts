import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readImageFile, writeImageFile } from '../node/image-files.js';
import { noiseImages } from '../testing/expectations.js';
import { createLosslessBundle } from '../testing/lossless-bundle.js';
import { runCli } from './program.js';

let folder: string;
let bundle: string;
let inputs: string[];
const images = [noiseImages(1), noiseImages(1, 8, 8), noiseImages(1, 9, 5)];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-lossless-'));
  bundle = join(folder, 'bundle');
  await mkdir(bundle);
  const { contents } = await createLosslessBundle();
  for (const [name, bytes] of contents) await writeFile(join(bundle, name), bytes);
  inputs = images.map((_, i) => join(folder, `${i}.png`));
  for (const [i, image] of images.entries()) await writeImageFile(inputs[i]!, image);
});
afterAll(() => rm(folder, { recursive: true }));

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
});

function convae(...args: string[]): Promise<number> {
  return runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
}

describe('convae with a lossless bundle', () => {
  it('says what it is, and that it is whole', async () => {
    expect(await convae('info', bundle)).toBe(0);
    expect(out).toMatch(/kind +lossless/);
    expect(out).toContain('context.bin');
    expect(out).not.toContain('encoder');
    out = '';
    expect(await convae('info', bundle, '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ lossless: true, priors: ['context'] });
    out = '';
    expect(await convae('check', bundle)).toBe(0);
    expect(out).toContain('pixel context model');
  });

  it('encodes files, verifies the container, and decodes the same files', async () => {
    const container = join(folder, 'images.cae');
    expect(await convae('encode', ...inputs, '-o', container, '--bundle', bundle)).toBe(0);
    expect(await convae('verify', container, '--bundle', bundle)).toBe(0);
    expect(out).toContain('all symbols decoded');
    out = '';
    expect(await convae('info', container, '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ images: 3, prior: 'context', quality: 0 });
    const decoded = join(folder, 'decoded');
    expect(await convae('decode', container, '-o', decoded, '--bundle', bundle)).toBe(0);
    for (const [i, image] of images.entries())
      expect(await readImageFile(join(decoded, `${String(i).padStart(5, '0')}.png`), 1)).toEqual(image);
  });

  it('salvages what is whole of a damaged container into an IDX file', async () => {
    const container = join(folder, 'damaged.cae');
    await convae('encode', inputs[0]!, inputs[1]!, '-o', container, '--bundle', bundle, '--chunk', '1');
    const bytes = await readFile(container);
    bytes[70]! ^= 255;
    await writeFile(container, bytes);
    const idx = join(folder, 'salvaged.idx');
    expect(await convae('decode', container, '-o', idx, '--bundle', bundle, '--salvage')).toBe(0);
    expect(err).toContain('lost');
    expect((await readFile(idx)).subarray(16 + 64)).toEqual(Buffer.from(images[1]!.data));
  });

  it('refuses what it does not do, with a sentence', async () => {
    const target = join(folder, 'none.cae');
    expect(await convae('encode', inputs[0]!, '-o', target, '--bundle', bundle, '--quality', '1')).not.toBe(
      0,
    );
    expect(err).toContain('expected 0 for --quality of tiny-lossless');
    err = '';
    expect(
      await convae('encode', inputs[0]!, '-o', target, '--bundle', bundle, '--prior', 'factorized'),
    ).not.toBe(0);
    expect(err).toContain('expected context for --prior');
    err = '';
    expect(await convae('reconstruct', inputs[0]!, '-o', join(folder, 'x.png'), '--bundle', bundle)).not.toBe(
      0,
    );
    expect(err).toContain('lossless bundle without networks');
  });
});
