import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../idx/index.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { runCli } from './program.js';

let folder: string;
/** Three chunks of ten images. */
let whole: Uint8Array;
const path = (name: string): string => join(folder, name);

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function convae(args: string[], stdin: Uint8Array = new Uint8Array(0)): Promise<number> {
  return runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: pieces(stdin),
  });
}

const bundle = (): string[] => ['--bundle', path('bundle')];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-damage-'));
  await mkdir(path('bundle'));
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(path('bundle'), name), bytes);
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(30)));
  await writeFile(path('colour.idx'), formatIdxImages(noiseImages(3, 8, 8, 3)));
  await convae(['encode', path('images.idx'), '-o', path('whole.cae'), '--chunk', '10', ...bundle()]);
  whole = await readFile(path('whole.cae'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Expects exit code 1, one line that matches, and no file that was not there. */
async function expectRefused(args: string[], message: RegExp, stdin?: Uint8Array): Promise<void> {
  const before = await readdir(folder);
  err = '';
  expect(await convae(args, stdin)).toBe(1);
  expect(err).toMatch(message);
  expect(err).toMatch(/^convae: [^\n]+\n$/);
  expect(await readdir(folder)).toEqual(before);
}

const DECODERS = [
  ['decode', '-o', 'new.idx'],
  ['decode', '-o', 'new'],
  ['extract', '--index', '2', '-o', 'new.png'],
];
const decoder = ([command, ...flags]: string[], file: string): string[] => [
  ...[command!, path(file), ...flags.slice(0, -1), path(flags.at(-1)!)],
  ...bundle(),
];

describe('a container that is cut off', () => {
  it.each<[string, number, RegExp]>([
    ['before its first byte', 0, /the container is empty/],
    ['after five bytes', 5, /cut off within its header: it has 5 bytes/],
    ['after twenty bytes', 20, /the container is cut off: /],
    ['in its middle', 150, /the container(’s end is missing| is cut off: at least \d+ bytes are missing)/],
    ['before its last byte', -1, /the container(’s end is missing| is cut off: at least 1 byte is missing)/],
  ])('%s is told so, and nothing is written', async (_, length, message) => {
    await writeFile(path('cut.cae'), whole.subarray(0, length < 0 ? whole.length + length : length));
    await expectRefused(['info', path('cut.cae')], message);
    await expectRefused(['verify', path('cut.cae')], message);
    for (const command of DECODERS) {
      await expectRefused(decoder(command, 'cut.cae'), message);
      expect(err).toContain('(--salvage takes what is whole)');
    }
  });
});

describe('a container with a wrong byte', () => {
  const damage = (at: number): Promise<void> => {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 0x55;
    return writeFile(path('damaged.cae'), bytes);
  };

  it('in a chunk names --salvage where images are decoded', async () => {
    await damage(60);
    const message = /a chunk of \d+ bytes is damaged/;
    await expectRefused(['verify', path('damaged.cae')], message);
    expect(err).not.toContain('--salvage');
    for (const command of DECODERS) {
      await expectRefused(decoder(command, 'damaged.cae'), message);
      expect(err).toContain('(--salvage takes what is whole)');
    }
  });

  it('in the index is told so', async () => {
    await damage(whole.length - 12);
    await expectRefused(['info', path('damaged.cae')], /the container’s index is damaged/);
    await expectRefused(['verify', path('damaged.cae')], /the container’s index is damaged/);
  });
});

describe('salvaging', () => {
  it.each([['new.idx'], ['new']])('nothing fails, and writes no %s', async (output) => {
    await writeFile(path('header.cae'), whole.subarray(0, 60));
    const args = ['decode', path('header.cae'), '-o', path(output), '--salvage', ...bundle()];
    await expectRefused(args, /nothing of the container could be salvaged: the container’s end is missing/);
  });

  it('some of the images is a success', async () => {
    await writeFile(path('part.cae'), whole.subarray(0, whole.length - 100));
    const args = ['decode', path('part.cae'), '-o', path('part.idx'), '--salvage', ...bundle()];
    expect(await convae(args)).toBe(0);
    expect(out).toMatch(/part\.idx: [12]0 images\n/);
    expect(err).toMatch(/lost: images [12]0 to 29\n/);
  });

  it('a container that holds no images gives an empty folder', async () => {
    const args = ['encode', path('images.idx'), '-o', path('none.cae'), '--shard', '1/40', ...bundle()];
    expect(await convae(args)).toBe(0);
    expect(await convae(['decode', path('none-01-of-40.cae'), '-o', path('none'), ...bundle()])).toBe(0);
    expect(await readdir(path('none'))).toEqual([]);
  });
});

describe('a wrong place or kind', () => {
  it('PNG files go into a folder, which is said before anything is decoded', async () => {
    await writeFile(path('taken'), 'a file');
    const args = ['decode', path('whole.cae'), '-o', path('taken'), ...bundle()];
    await expectRefused(args, /taken is a file: name a folder for PNG files, or a file that ends in \.idx/);
    expect(await readFile(path('taken'), 'utf8')).toBe('a file');
  });

  it('an output in a folder that is not there names the folder', async () => {
    const args = ['encode', path('images.idx'), '-o', path('nowhere/out.cae'), ...bundle()];
    await expectRefused(args, /out\.cae cannot be written: the folder .*nowhere does not exist/);
  });

  it('colours of an IDX file that the bundle does not take are told with its name', async () => {
    const message = /holds RGB images, this bundle takes grey images/;
    await expectRefused(['score', path('colour.idx'), ...bundle()], message);
    expect(err).toContain('colour.idx');
    await expectRefused(['encode', path('colour.idx'), '-o', path('new.cae'), ...bundle()], message);
    const bytes = await readFile(path('colour.idx'));
    await expectRefused(['encode', '-', '-o', path('new.cae'), ...bundle()], message, bytes);
    expect(err).toContain('standard input');
  });

  it('one chunk is one chunk', async () => {
    await convae(['encode', path('images.idx'), '-o', path('one.cae'), ...bundle()]);
    out = '';
    await convae(['info', path('one.cae')]);
    await convae(['verify', path('one.cae')]);
    expect(out).toMatch(/images +30 in 1 chunk\n/);
    expect(out).toContain('30 images in 1 chunk, ');
  });
});
