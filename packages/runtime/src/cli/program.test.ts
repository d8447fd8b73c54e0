import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readImageFile, writeImageFile } from '../node/image-files.js';
import { loadCodec } from '../node/load-codec.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { runCli } from './program.js';

let folder: string;
let bundle: string;
let fixedSize: string;
let digit: string;

async function writeBundle(path: string, anySize: boolean): Promise<string> {
  const { contents } = await createTinyBundle({ anySize });
  await mkdir(path);
  for (const [name, bytes] of contents) await writeFile(join(path, name), bytes);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-cli-'));
  bundle = await writeBundle(join(folder, 'bundle'), true);
  fixedSize = await writeBundle(join(folder, 'fixed'), false);
  digit = join(folder, 'digit.png');
  await writeImageFile(digit, noiseImages(1, 10, 13));
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

describe('convae', () => {
  it('prints its version', async () => {
    expect(await convae('--version')).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('prints help with examples', async () => {
    expect(await convae('--help')).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toContain('convae reconstruct');
  });

  it.each([
    [['inof', 'x']],
    [['info']],
    [['info', 'a', 'b']],
    [['info', 'a', '--jsn']],
    [['info', 'a', '--provider', 'gpu']],
    [['info', 'a', '--threads', '0']],
    [['info', 'a', '--threads', '257']],
    [['reconstruct', 'a.png', '--bundle', 'b']],
    [['reconstruct', '-o', 'out', '--bundle', 'b']],
  ])('ends %j with exit code 2 and one line', async (args) => {
    expect(await convae(...args)).toBe(2);
    expect(err).toMatch(/^convae: [^\n]+\n$/);
    expect(out).toBe('');
  });

  it('calls what comes out of the depths an internal error, with its stack', async () => {
    const broken = () => (undefined as unknown as () => void)();
    let printed = '';
    const err = (text: string) => {
      printed += text;
    };
    expect(await runCli(['info', bundle, '--json'], { out: broken, err })).toBe(1);
    expect(printed).toMatch(/^convae: internal error: [^\n]+is not a function\n(?:.*\n)+ +at /);
  });

  it('prints help and exits with 2 where nothing is asked', async () => {
    expect(await convae()).toBe(2);
    expect(err).toContain('Usage: convae');
  });

  it('shows the stack only with --debug', async () => {
    expect(await convae('info', join(folder, 'nowhere'))).toBe(1);
    expect(err).toMatch(/^convae: [^\n]*nowhere[^\n]*\n$/);
    err = '';
    expect(await convae('--debug', 'info', join(folder, 'nowhere'))).toBe(1);
    expect(err).toMatch(/\n {4}at /);
  });
});

describe('convae info', () => {
  it('shows what is in a bundle', async () => {
    expect(await convae('info', bundle)).toBe(0);
    expect(out).toMatch(/name +tiny\n/);
    expect(out).toMatch(/latent +2×2×2 float32, 32 B uncoded\n/);
    expect(out).toMatch(/runs on +cpu\n/);
  });

  it('gives the same as JSON', async () => {
    expect(await convae('info', bundle, '--json', '--provider', 'cpu')).toBe(0);
    const { manifest } = await createTinyBundle();
    expect(JSON.parse(out)).toEqual({
      executionProvider: 'cpu',
      passedOver: [],
      priors: [],
      encodes: true,
      bytes: manifest.encoder.bytes + manifest.decoder.bytes,
      latentBytes: 32,
      manifest,
    });
  });
});

describe('convae check', () => {
  it('says that a whole bundle is whole', async () => {
    expect(await convae('check', bundle)).toBe(0);
    expect(out).toContain('ok');
    out = '';
    expect(await convae('check', bundle, '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, executionProvider: 'cpu' });
  });

  it('finds a byte that changed', async () => {
    const damaged = await writeBundle(join(folder, 'damaged'), true);
    const { contents } = await createTinyBundle();
    const bytes = contents.get('decoder.onnx')!;
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(damaged, 'decoder.onnx'), bytes);
    expect(await convae('check', damaged)).toBe(1);
    expect(err).toContain('SHA-256');
    expect(out).toBe('');
  });
});

describe('convae reconstruct', () => {
  it('writes what the codec gives, with its PSNR', async () => {
    const output = join(folder, 'out');
    expect(await convae('reconstruct', digit, '-o', output, '--bundle', bundle, '--json')).toBe(0);
    const original = await readImageFile(digit, 1);
    await using codec = await loadCodec(bundle);
    const { images } = await codec.roundTrip(original);
    expect(await readImageFile(join(output, 'digit.png'), 1)).toEqual(images);
    const squares = images.data.map((value, i) => value - original.data[i]!);
    const mse =
      original.data.reduce((sum, value, i) => sum + (value - images.data[i]!) ** 2, 0) /
      squares.length /
      65025;
    const [result] = JSON.parse(out).images;
    expect(result).toMatchObject({ input: digit, height: 10, width: 13 });
    expect(result.mse).toBeCloseTo(mse, 12);
    expect(result.psnr).toBeCloseTo(10 * Math.log10(1 / mse), 9);
  });

  it('takes folders and prints a table', async () => {
    const input = join(folder, 'in');
    await mkdir(input);
    await writeImageFile(join(input, 'a.png'), noiseImages(1, 8, 8));
    await writeImageFile(join(input, 'b.png'), noiseImages(1, 12, 9, 3));
    await writeFile(join(input, 'notes.txt'), 'no image');
    const output = join(folder, 'many', 'out');
    expect(await convae('reconstruct', input, '-o', output, '--bundle', bundle)).toBe(0);
    expect(await readdir(output)).toEqual(['a.png', 'b.png']);
    expect(out).toMatch(/b\.png +9×12 +\d+\.\d\d dB/);
    expect(out).toContain('2 images on cpu');
  });

  it('writes nothing where an input is no image', async () => {
    const text = join(folder, 'text.png');
    await writeFile(text, 'no image');
    const output = join(folder, 'never');
    expect(await convae('reconstruct', digit, text, '-o', output, '--bundle', bundle)).toBe(1);
    expect(err).toContain('text.png cannot be read as an image');
    await expect(readdir(output)).rejects.toThrow('ENOENT');
  });

  it('refuses other sizes where the network takes one', async () => {
    const output = join(folder, 'never');
    expect(await convae('reconstruct', digit, '-o', output, '--bundle', fixedSize)).toBe(1);
    expect(err).toContain('is 13×10, tiny takes 8×8 images only');
    await expect(readdir(output)).rejects.toThrow('ENOENT');
  });

  it('refuses to write two results to one file, or over an input', async () => {
    expect(await convae('reconstruct', digit, digit, '-o', join(folder, 'never'), '--bundle', bundle)).toBe(
      2,
    );
    expect(err).toContain('would both be written');
    err = '';
    expect(await convae('reconstruct', digit, '-o', folder, '--bundle', bundle)).toBe(2);
    expect(err).toContain('would overwrite an input');
  });
});
