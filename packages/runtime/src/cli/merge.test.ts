import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../idx/index.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { runCli } from './program.js';

let folder: string;
const path = (name: string): string => join(folder, name);
const IMAGES = 40;
const SHARDS = [1, 2, 3, 4];
const part = (i: number): string => path(`part-${i}-of-4.cae`);
const parts = (): string[] => SHARDS.map((i) => part(i));

let out = '';
let err = '';
let written: Uint8Array[] = [];
beforeEach(() => {
  [out, err, written] = ['', '', []];
});

function convae(...args: string[]): Promise<number> {
  return runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    writeBytes: async (bytes) => void written.push(bytes),
  });
}

async function encode(bundle: string, output: string, ...flags: string[]): Promise<void> {
  const where = ['-o', path(output), '--bundle', path(bundle), '--chunk', '5'];
  expect(await convae('encode', path('images.idx'), ...where, ...flags), err).toBe(0);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-merge-'));
  for (const [name, bundle] of [
    ['bundle', await createCodedBundle()],
    ['other', await createCodedBundle({ tables: 'channel' })],
  ] as const) {
    await mkdir(path(name));
    for (const [file, bytes] of bundle.contents) await writeFile(join(path(name), file), bytes);
  }
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(IMAGES)));
  await encode('bundle', 'whole.cae');
  for (const i of SHARDS) await encode('bundle', 'part.cae', '--shard', `${i}/4`);
  await encode('other', 'other.cae');
  await encode('bundle', 'coarse.cae', '--quality', '0');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs and expects an exit code, and nothing new in the folder. */
async function expectFailure(status: number, message: RegExp, ...args: string[]): Promise<void> {
  const before = await readdir(folder);
  expect(await convae('merge', ...args)).toBe(status);
  expect(err).toMatch(/^convae: [^\n]+\n$/);
  expect(err).toMatch(message);
  expect(await readdir(folder)).toEqual(before);
}

describe('convae merge', () => {
  it('gives the bytes of one encode of all images', async () => {
    const all = parts();
    expect(await convae('merge', ...all, '-o', path('all.cae')), err).toBe(0);
    expect(await readFile(path('all.cae'))).toEqual(await readFile(path('whole.cae')));
    expect(out).toMatch(/all\.cae: 40 images in 8 chunks, \d.*B, from 4 parts\n/);
    out = '';
    expect(await convae('merge', ...all, '-o', '-', '--json')).toBe(0);
    expect(Buffer.concat(written)).toEqual(await readFile(path('whole.cae')));
    expect(JSON.parse(err)).toMatchObject({ output: '-', parts: 4, images: IMAGES, chunks: 8 });
    expect(out).toBe('');
    await rm(path('all.cae'));
  });

  it('refuses parts of other bundles and qualities, and says which', async () => {
    const output = ['-o', path('no.cae')];
    await expectFailure(
      1,
      /other\.cae was made with another bundle/,
      path('whole.cae'),
      path('other.cae'),
      ...output,
    );
    err = '';
    await expectFailure(1, /for quality of .*coarse\.cae/, path('whole.cae'), path('coarse.cae'), ...output);
  });

  it('refuses shards that are missing, out of order or named twice', async () => {
    const output = ['-o', path('no.cae')];
    await expectFailure(
      2,
      /expected shard 3 of 4 for part 3, received .*4-of-4/,
      part(1),
      part(2),
      part(4),
      ...output,
    );
    err = '';
    await expectFailure(
      2,
      /expected shard 4 of 4 for part 4, received nothing/,
      part(1),
      part(2),
      part(3),
      ...output,
    );
    err = '';
    await expectFailure(2, /expected shard 1 of 4/, part(2), part(1), part(3), part(4), ...output);
    err = '';
    await expectFailure(2, /expected every part once/, part(1), part(1), ...output);
    err = '';
    await expectFailure(2, /would overwrite an input/, part(1), '-o', part(1));
    err = '';
    await expectFailure(2, /needs files/, '-', ...output);
  });

  it('keeps what is there where a part is cut off, damaged or not there', async () => {
    const whole = await readFile(part(2));
    await writeFile(path('all.cae'), 'older');
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1]! ^= 1;
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 20), damaged]) {
      err = '';
      await writeFile(part(2), bytes);
      await expectFailure(1, /part-2-of-4\.cae/, ...parts(), '-o', path('all.cae'));
      expect(await readFile(path('all.cae'), 'utf8')).toBe('older');
    }
    await writeFile(part(2), whole);
    err = '';
    await expectFailure(1, /nowhere\.cae/, part(1), path('nowhere.cae'), '-o', path('all.cae'));
    await rm(path('all.cae'));
  });
});
