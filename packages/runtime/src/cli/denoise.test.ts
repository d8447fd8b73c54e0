import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../bundle/files.js';
import { readImageFile, writeImageFile } from '../node/image-files.js';
import { loadCodec } from '../node/load-codec.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle, encodeManifest } from '../testing/tiny-bundle.js';
import { runCli } from './program.js';

let folder: string;
let noisy: string;
let out = '';
let err = '';

async function writeBundle(name: string, training: object): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const { contents, manifest } = await createTinyBundle();
  contents.set(MANIFEST_FILE, encodeManifest({ ...manifest, training }));
  for (const [file, bytes] of contents) await writeFile(join(path, file), bytes);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-denoise-'));
  noisy = join(folder, 'noisy.png');
  await writeBundle('denoiser', { noise: 0.5 });
  await writeBundle('other', {});
  await writeImageFile(noisy, noiseImages(1, 9, 14));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  out = '';
  err = '';
});

function denoise(bundle: string, ...args: string[]): Promise<number> {
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return runCli(['denoise', ...args, '--bundle', join(folder, bundle)], streams);
}

describe('convae denoise', () => {
  it('writes what the codec makes of the image', async () => {
    const clean = join(folder, 'clean.png');
    expect(await denoise('denoiser', noisy, '-o', clean)).toBe(0);
    expect(out).toContain('clean.png: 14×9 on cpu');
    await using codec = await loadCodec(join(folder, 'denoiser'));
    expect(await readImageFile(clean, 1)).toEqual(await codec.denoise(await readImageFile(noisy, 1)));
  });

  it('refuses a bundle that was not trained on noise, and writes nothing', async () => {
    const before = await readdir(folder);
    expect(await denoise('other', noisy, '-o', join(folder, 'never.png'))).toBe(1);
    expect(err).toMatch(/^convae: .*not trained to remove noise.*\n$/);
    expect(await readdir(folder)).toEqual(before);
  });

  it('does not overwrite its input', async () => {
    expect(await denoise('denoiser', noisy, '-o', noisy)).toBe(2);
    expect(err).toContain('would overwrite an input');
  });
});
