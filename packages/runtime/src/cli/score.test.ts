import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../idx/index.js';
import { writeImageFile } from '../node/image-files.js';
import { loadCodec } from '../node/load-codec.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { runCli } from './program.js';

let folder: string;
let bundle: string;
let out = '';
let err = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-score-'));
  bundle = join(folder, 'bundle');
  await mkdir(bundle);
  const { contents } = await createTinyBundle();
  for (const [name, bytes] of contents) await writeFile(join(bundle, name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  out = '';
  err = '';
});

function score(...args: string[]): Promise<number> {
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return runCli(['score', ...args, '--bundle', bundle], streams);
}

describe('convae score', () => {
  it('scores image files and IDX files by name, as the codec does', async () => {
    const [png, idx] = [join(folder, 'a.png'), join(folder, 'b.idx')];
    const [single, many] = [noiseImages(1, 9, 12), noiseImages(3)];
    await writeImageFile(png, single);
    await writeFile(idx, formatIdxImages(many));
    expect(await score(png, idx, '--json')).toBe(0);
    await using codec = await loadCodec(bundle);
    const expected = [...(await codec.score(single)), ...(await codec.score(many))];
    const names = [png, `${idx}#0`, `${idx}#1`, `${idx}#2`];
    const { images, executionProvider } = JSON.parse(out);
    expect(executionProvider).toBe('cpu');
    expect(images).toEqual(names.map((image, i) => ({ image, score: expected[i] })));
  });

  it('prints a table', async () => {
    await writeImageFile(join(folder, 'c.png'), noiseImages(1));
    expect(await score(join(folder, 'c.png'))).toBe(0);
    expect(out).toMatch(/c\.png +0\.\d{6}\n1 image on cpu\n$/);
  });

  it('fails with one line where an input is no image', async () => {
    const text = join(folder, 'text.png');
    await writeFile(text, 'no image');
    expect(await score(text)).toBe(1);
    expect(err).toContain('text.png cannot be read as an image');
    expect(out).toBe('');
  });
});
