import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages, parseIdxImages } from '../idx/index.js';
import { type ImageBatch, sliceBatch } from '../image.js';
import { readImageFile, writeImageFile } from '../node/image-files.js';
import { loadCodec } from '../node/load-codec.js';
import { createCodedBundle, withTraining } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle, type TinyBundle } from '../testing/tiny-bundle.js';
import { runCli } from './program.js';

let folder: string;
const path = (name: string): string => join(folder, name);
const images = noiseImages(25);
let expected: ImageBatch;

async function writeBundle(name: string, { contents }: TinyBundle): Promise<void> {
  await mkdir(path(name));
  for (const [file, bytes] of contents) await writeFile(join(path(name), file), bytes);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-cli-'));
  await writeBundle('bundle', await createCodedBundle());
  await writeBundle('plain', await createTinyBundle());
  await writeBundle('context', await createCodedBundle({ context: true }));
  await writeBundle('other', await createCodedBundle({ tables: 'channel' }));
  await writeFile(path('images.idx'), formatIdxImages(images));
  await writeFile(path('images.idx.gz'), gzipSync(formatIdxImages(images)));
  await encode('images.idx', 'whole.cae', '--chunk', '10');
  await using codec = await loadCodec(path('bundle'));
  const { images: decoded } = await codec.decodeContainer(
    (async function* () {
      yield await readFile(path('whole.cae'));
    })(),
  );
  for await (const placed of decoded) {
    if (placed.firstImage === 0) expected = { ...placed.images, data: new Uint8Array(images.data.length) };
    expected.data.set(placed.images.data, placed.firstImage * 64);
  }
  expected = { ...expected, count: 25 };
});
afterAll(() => rm(folder, { recursive: true }));

let out = '';
let err = '';
let bytesOut: Uint8Array[] = [];
beforeEach(() => {
  [out, err, bytesOut] = ['', '', []];
});

function convae(args: string[], stdin: Uint8Array = new Uint8Array(0)): Promise<number> {
  return runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: (async function* () {
      for (let at = 0; at < stdin.length; at += 1000) yield stdin.subarray(at, at + 1000);
    })(),
    writeBytes: async (bytes) => void bytesOut.push(bytes),
  });
}

async function encode(input: string, output: string, ...flags: string[]): Promise<void> {
  const args = ['encode', path(input), '-o', path(output), '--bundle', path('bundle'), ...flags];
  expect(await convae(args), err).toBe(0);
}

/** Runs and expects an exit code, and nothing new in the folder where it fails. */
async function expectFailure(code: number, message: RegExp, args: string[]): Promise<void> {
  const before = await readdir(folder);
  expect(await convae(args)).toBe(code);
  expect(err).toMatch(/^convae: [^\n]+\n$/);
  expect(err).toMatch(message);
  expect(await readdir(folder)).toEqual(before);
}

const bundle = (): string[] => ['--bundle', path('bundle')];

describe('convae encode and decode', () => {
  it.each(['images.idx', 'images.idx.gz'])('take %s through a container and back', async (input) => {
    await encode(input, 'a.cae', '--chunk', '10');
    expect(out).toMatch(/a\.cae: 25 images, \d+ B, \d+\.\d\d bytes an image, quality 2, factorized prior\n/);
    expect(await readFile(path('a.cae'))).toEqual(await readFile(path('whole.cae')));
    expect(await convae(['decode', path('a.cae'), '-o', path('a.idx'), ...bundle()])).toBe(0);
    expect(out).toContain('a.idx: 25 images');
    expect(parseIdxImages(new Uint8Array(await readFile(path('a.idx'))))).toEqual(expected);
    expect(await convae(['decode', path('a.cae'), '-o', path('a.idx.gz'), ...bundle()])).toBe(0);
    expect(gunzipSync(await readFile(path('a.idx.gz')))).toEqual(await readFile(path('a.idx')));
  });

  it('search with an effort, for what the same bundle decodes', async () => {
    const coded = await createCodedBundle({ context: true });
    await writeBundle('trained', withTraining(coded, { rate: { lambda: 60, multipliers: [6] } }));
    await encode('images.idx', 'plain.cae', '--bundle', path('trained'));
    await encode('images.idx', 'effort.cae', '--bundle', path('trained'), '--effort', '4');
    expect(await readFile(path('effort.cae'))).not.toEqual(await readFile(path('plain.cae')));
    const decoding = ['decode', path('effort.cae'), '-o', path('e.idx'), '--bundle', path('trained')];
    expect(await convae(decoding)).toBe(0);
    expect(out).toContain('e.idx: 25 images');
    const target = ['--psnr', '3', '--effort', '1'];
    await encode('images.idx', 'target.cae', '--bundle', path('trained'), ...target);
    const args = ['encode', path('images.idx'), '-o', path('no.cae'), '--bundle', path('trained')];
    await expectFailure(2, /--effort/, [...args, '--effort', '10']);
  });

  it('write PNG files into a new folder, and into one that is there', async () => {
    for (const round of [0, 1]) {
      if (round === 1) await writeFile(path('pngs/notes.txt'), 'mine');
      expect(await convae(['decode', path('whole.cae'), '-o', path('pngs'), ...bundle(), '--json'])).toBe(0);
    }
    expect(JSON.parse(out.slice(out.lastIndexOf('\n{') + 1))).toMatchObject({ images: 25, lost: [] });
    expect((await readdir(path('pngs'))).length).toBe(26);
    expect((await stat(path('pngs'))).mode & 0o777).toBe(0o777 & ~process.umask());
    expect(await readImageFile(path('pngs/00007.png'), 1)).toEqual(sliceBatch(expected, 7, 8));
  });

  it('take image files and folders of any sizes', async () => {
    await mkdir(path('in'));
    for (const [i, side] of [5, 8, 8, 20].entries())
      await writeImageFile(path(`in/${i}.png`), noiseImages(1, side, side + i));
    await encode('in', 'mixed.cae', '--quality', '3', '--json');
    expect(JSON.parse(out)).toMatchObject({
      images: 4,
      quality: 3,
      skipped: false,
      executionProvider: 'cpu',
    });
    expect(await convae(['decode', path('mixed.cae'), '-o', path('sizes'), ...bundle()])).toBe(0);
    expect(await readImageFile(path('sizes/00003.png'), 1)).toMatchObject({ height: 20, width: 23 });
    out = '';
    await expectFailure(1, /one size only/, ['decode', path('mixed.cae'), '-o', path('no.idx'), ...bundle()]);
  });

  it('keep transparency with an RGBA bundle, from PNG and WebP into PNG and WebP', async () => {
    const bytes = await createCodedBundle({ channels: 4 });
    await writeBundle('rgba', bytes);
    const given = ['--bundle', path('rgba')];
    const image = noiseImages(1, 11, 5, 4);
    await writeImageFile(path('veil.png'), image);
    await writeImageFile(path('veil.webp'), image);
    const inputs = [path('veil.png'), path('veil.webp')];
    expect(await convae(['encode', ...inputs, '-o', path('rgba.cae'), ...given]), err).toBe(0);
    expect(await convae(['decode', path('rgba.cae'), '-o', path('veils'), ...given]), err).toBe(0);
    await using codec = await loadCodec(path('rgba'));
    const decoded = await codec.decode(await codec.encode(image));
    expect(decoded.channels).toBe(4);
    for (const name of ['00000.png', '00001.png'])
      expect(await readImageFile(path(`veils/${name}`), 4)).toEqual(decoded);
    const extract = ['extract', path('rgba.cae'), '--index', '1', ...given, '-o'];
    expect(await convae([...extract, path('one.webp')]), err).toBe(0);
    expect(await readImageFile(path('one.webp'), 4)).toEqual(decoded);
    await expectFailure(2, /expected \.png or \.webp .*one\.jpg: JPEG loses/, [...extract, path('one.jpg')]);
    err = '';
    const idx = ['decode', path('rgba.cae'), '-o', path('rgba.idx'), ...given];
    await expectFailure(1, /IDX files hold grey or RGB images, these are RGBA: name a folder/, idx);
    err = '';
    const grey = ['encode', path('images.idx'), '-o', path('never.cae'), ...given];
    await expectFailure(1, /holds grey images, this bundle takes RGBA images/, grey);
  });

  it('choose the quality by bytes an image, or by PSNR, of the whole container', async () => {
    const sizes: number[] = [];
    for (const quality of ['0', '1', '2', '3']) {
      await encode('images.idx', 'q.cae', '--quality', quality);
      sizes.push((await stat(path('q.cae'))).size / 25);
    }
    for (const [quality, bytes] of sizes.entries()) {
      [out, err] = ['', ''];
      await encode('images.idx', 'b.cae', '--bytes', String(Math.ceil(bytes)), '--json');
      expect(JSON.parse(out)).toMatchObject({ quality, bytesPerImage: bytes });
    }
    [out, err] = ['', ''];
    await encode('images.idx', 'p.cae', '--psnr', '1.5', '--json');
    expect(JSON.parse(out)).toMatchObject({ quality: 0 });
  });

  it.each([
    ['--bytes', '1', /fewest are \d+$/m],
    ['--psnr', '99', /most are \d+\.\d\d$/m],
  ])('say what there is where %s %s cannot be reached', async (flag, value, message) => {
    const args = ['encode', path('images.idx'), '-o', path('no.cae'), ...bundle(), flag, value];
    await expectFailure(1, message, args);
  });

  it('work in a pipe, words on standard error', async () => {
    const idx = await readFile(path('images.idx.gz'));
    expect(await convae(['encode', '-', '-o', '-', ...bundle(), '--chunk', '10'], idx)).toBe(0);
    const container = Buffer.concat(bytesOut);
    expect(container).toEqual(await readFile(path('whole.cae')));
    expect([out, err]).toEqual(['', expect.stringContaining('standard output: 25 images')]);
    bytesOut = [];
    expect(await convae(['decode', '-', '-o', '-', ...bundle()], container)).toBe(0);
    expect(parseIdxImages(new Uint8Array(Buffer.concat(bytesOut)))).toEqual(expected);
    bytesOut = [];
    const png = await readFile(path('in/1.png'));
    expect(await convae(['encode', '-', '-o', '-', ...bundle()], png)).toBe(0);
    const [whole] = [Buffer.concat(bytesOut)];
    expect(await convae(['info', '-', '--json'], whole)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ images: 1, height: 8, width: 9 });
  });

  it('leave nothing where an input is damaged', async () => {
    const idx = await readFile(path('images.idx'));
    await writeFile(path('short.idx'), idx.subarray(0, 1500));
    await writeFile(path('short.idx.gz'), gzipSync(idx).subarray(0, 900));
    await writeFile(path('bad.png'), 'no image');
    for (const input of ['short.idx', 'short.idx.gz', 'bad.png', 'missing.png']) {
      err = '';
      await expectFailure(1, new RegExp(input), [
        'encode',
        path('in'),
        path(input),
        '-o',
        path('no.cae'),
        ...bundle(),
      ]);
    }
    const damaged = await readFile(path('whole.cae'));
    damaged[damaged.length >> 1]! ^= 1;
    await writeFile(path('damaged.cae'), damaged);
    for (const output of ['no.idx', 'no.idx.gz', 'no', '-']) {
      err = '';
      const target = output === '-' ? output : path(output);
      await expectFailure(1, /damaged/, ['decode', path('damaged.cae'), '-o', target, ...bundle()]);
    }
    expect(bytesOut).toEqual([]);
  });

  it('save what is whole with --salvage, others keep their places', async () => {
    const decode = ['decode', path('damaged.cae'), ...bundle(), '--salvage'];
    expect(await convae([...decode, '-o', path('saved.idx')])).toBe(0);
    expect(err).toContain('lost: images 10 to 19');
    const saved = parseIdxImages(new Uint8Array(await readFile(path('saved.idx'))));
    const kept = expected.data.slice().fill(0, 640, 1280);
    expect(saved).toEqual({ ...expected, data: kept });
    expect(await convae([...decode, '-o', path('saved')])).toBe(0);
    expect((await readdir(path('saved'))).length).toBe(15);
    const cut = (await readFile(path('whole.cae'))).subarray(0, -30);
    await writeFile(path('cut.cae'), cut);
    out = '';
    const args = ['decode', path('cut.cae'), ...bundle(), '--salvage', '--json', '-o', path('cut.idx')];
    expect(await convae(args)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'DATA_TRUNCATED' }] });
  });

  it('refuse other bundles and bundles without tables', async () => {
    const decode = ['decode', path('whole.cae'), '-o', path('no.idx'), '--bundle'];
    await expectFailure(1, /was written with bundle/, [...decode, path('other')]);
    err = '';
    await expectFailure(1, /no entropy tables: export it/, [...decode, path('plain')]);
    err = '';
    const encodePlain = ['encode', path('images.idx'), '-o', path('no.cae'), '--bundle', path('plain')];
    await expectFailure(1, /no entropy tables: export it/, encodePlain);
  });

  it.each([
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--shard', '0/3']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--shard', '4/3']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--quality', '-1']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--chunk', '0']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--bytes', '0']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--psnr', '-3']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--psnr', '30', '--quality', '1']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--bytes', '30', '--psnr', '30']],
    [['encode', '-', '-o', 'y.cae', '--bundle', 'B', '--bytes', '30']],
    [['encode', 'x.idx', '-o', 'y.cae', '--bundle', 'B', '--bytes', '30', '--shard', '1/2']],
    [['encode', '-', '-', '-o', 'y.cae', '--bundle', 'B']],
    [['encode', '-', '-o', 'y.cae', '--bundle', 'B', '--shard', '1/2']],
    [['encode', 'x.idx', '-o', './x.idx', '--bundle', 'B']],
    [['decode', 'x.cae', '-o', 'x.cae', '--bundle', 'B']],
    [['encode', 'x.idx', '-o', 'y.cae']],
    [['extract', 'x.cae', '-o', 'y.png', '--bundle', 'B']],
  ])('end %j with exit code 2', async (args) => {
    await expectFailure(2, /./, args);
  });

  it('end with exit code 2 for a quality that the bundle does not have', async () => {
    const args = ['encode', path('images.idx'), '-o', path('no.cae'), ...bundle(), '--quality', '4'];
    await expectFailure(2, /expected 0 to 3 for --quality/, args);
  });
});

describe('convae encode --shard', () => {
  it('splits inputs, skips what is there, and mends what is damaged', async () => {
    const job = (i: number): Promise<void> =>
      encode('images.idx', 'part.cae', '--shard', `${i}/3`, '--chunk', '5', '--json');
    const parts: Uint8Array[] = [];
    for (const i of [2, 1, 3]) await job(i);
    const names = (await readdir(folder)).filter((name) => name.startsWith('part'));
    expect(names).toEqual(['part-1-of-3.cae', 'part-2-of-3.cae', 'part-3-of-3.cae']);
    for (const name of names) {
      const target = path('part.idx');
      expect(await convae(['decode', path(name), '-o', target, ...bundle()])).toBe(0);
      parts.push(parseIdxImages(new Uint8Array(await readFile(target))).data);
    }
    expect(Buffer.concat(parts)).toEqual(Buffer.from(expected.data));
    const before = await stat(path(names[1]!));
    out = '';
    await job(2);
    expect(JSON.parse(out)).toMatchObject({ skipped: true, images: 8 });
    expect((await stat(path(names[1]!))).mtimeMs).toBe(before.mtimeMs);
    const whole = await readFile(path(names[1]!));
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1]! ^= 1;
    await writeFile(path(names[1]!), damaged);
    out = '';
    await job(2);
    expect(JSON.parse(out)).toMatchObject({ skipped: false });
    expect(await readFile(path(names[1]!))).toEqual(whole);
  });
});

describe('convae encode --shard of image files', () => {
  it('decodes no file of another shard', async () => {
    await mkdir(path('files'));
    for (const i of [1, 2, 3]) await writeImageFile(path(`files/${i}.png`), noiseImages(1, 8, 8 + i));
    await writeFile(path('files/0.png'), 'no image');
    await encode('files', 'files.cae', '--shard', '2/2', '--json');
    expect(JSON.parse(out)).toMatchObject({ images: 2 });
    const args = ['encode', path('files'), '-o', path('files.cae'), '--shard', '1/2', ...bundle()];
    await expectFailure(1, /0\.png/, args);
  });
});

describe('convae with a context model', () => {
  const encodeWith = (output: string, ...flags: string[]): Promise<number> =>
    convae([
      'encode',
      path('images.idx'),
      '-o',
      path(output),
      '--bundle',
      path('context'),
      '--json',
      ...flags,
    ]);

  it('encodes with the context prior, or with the one that is asked for; decodes either to the same', async () => {
    for (const [prior, ...flags] of [
      ['context'],
      ['context', '--prior', 'context'],
      ['factorized', '--prior', 'factorized'],
    ] as const) {
      out = '';
      expect(await encodeWith('context.cae', ...flags)).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ images: 25, prior });
      const target = path('context.idx');
      expect(await convae(['decode', path('context.cae'), '-o', target, '--bundle', path('context')])).toBe(
        0,
      );
      const decoded = parseIdxImages(new Uint8Array(await readFile(target)));
      expect(Buffer.compare(decoded.data, expected.data)).toBe(0);
      expect(await convae(['verify', path('context.cae'), '--bundle', path('context')])).toBe(0);
      out = '';
      expect(await convae(['info', path('context.cae')])).toBe(0);
      expect(out).toContain(`, ${prior} prior`);
    }
  });

  it('writes a shard anew that another prior wrote', async () => {
    const job = async (prior: string): Promise<unknown> => {
      out = '';
      expect(await encodeWith('prior.cae', '--shard', '1/2', '--prior', prior)).toBe(0);
      return JSON.parse(out);
    };
    expect(await job('context')).toMatchObject({ skipped: false, prior: 'context' });
    expect(await job('context')).toMatchObject({ skipped: true, prior: 'context' });
    expect(await job('factorized')).toMatchObject({ skipped: false, prior: 'factorized' });
  });

  it('shows the priors of a bundle', async () => {
    expect(await convae(['info', path('context')])).toBe(0);
    expect(out).toMatch(/context +context\.bin, [\d.]+ kB, runs as simd\n/);
    expect(out).toMatch(/priors +factorized, context; context by default\n/);
    out = '';
    expect(await convae(['info', path('context'), '--json'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ priors: ['factorized', 'context'], contextKernel: 'simd' });
  });

  it('refuses a prior that the bundle does not have, or nobody', async () => {
    const args = ['encode', path('images.idx'), '-o', path('no.cae'), '--bundle', path('bundle'), '--prior'];
    await expectFailure(2, /expected factorized for --prior: tiny has no context model/, [
      ...args,
      'context',
    ]);
    err = '';
    await expectFailure(2, /Allowed choices are factorized, context/, [...args, 'best']);
  });
});

describe('convae info, verify and extract', () => {
  it('show what is in a container', async () => {
    expect(await convae(['info', path('whole.cae')])).toBe(0);
    expect(out).toMatch(/images +25 in 3 chunks\n/);
    out = '';
    expect(await convae(['info', path('whole.cae'), '--json'])).toBe(0);
    const { size } = await stat(path('whole.cae'));
    expect(JSON.parse(out)).toMatchObject({
      images: 25,
      chunks: 3,
      bytes: size,
      quality: 2,
      prior: 'factorized',
    });
    out = '';
    expect(await convae(['info', path('bundle')])).toBe(0);
    expect(out).toMatch(/tables +tables\.bin, \d+ B, qualities 0\.\.3, 2 by default\n/);
  });

  it('check a container, with and without its bundle', async () => {
    expect(await convae(['verify', path('whole.cae')])).toBe(0);
    expect(out).toMatch(/whole\.cae: ok\. 25 images in 3 chunks, \d+ B\n/);
    expect(await convae(['verify', path('whole.cae'), ...bundle()])).toBe(0);
    expect(out).toContain('all symbols decoded');
    await expectFailure(1, /damaged/, ['verify', path('damaged.cae')]);
    err = '';
    await expectFailure(1, /was written with bundle/, [
      'verify',
      path('whole.cae'),
      '--bundle',
      path('other'),
    ]);
    err = '';
    await expectFailure(1, /no convae container/, ['verify', path('images.idx')]);
  });

  it('take one image out, also from what is left of a damaged container', async () => {
    const extract = (name: string, index: string, ...flags: string[]): string[] => [
      'extract',
      path(name),
      '--index',
      index,
      '-o',
      path('x.png'),
      ...bundle(),
      ...flags,
    ];
    expect(await convae(extract('whole.cae', '13'))).toBe(0);
    expect(await readImageFile(path('x.png'), 1)).toEqual(sliceBatch(expected, 13, 14));
    expect(await convae(extract('damaged.cae', '22', '--salvage'))).toBe(0);
    expect(await readImageFile(path('x.png'), 1)).toEqual(sliceBatch(expected, 22, 23));
    await rm(path('x.png'));
    await expectFailure(1, /image 13 is lost/, extract('damaged.cae', '13', '--salvage'));
    err = '';
    await expectFailure(1, /damaged/, extract('damaged.cae', '13'));
    err = '';
    await expectFailure(2, /expected less than 25 for --index/, extract('whole.cae', '25'));
  });
});
