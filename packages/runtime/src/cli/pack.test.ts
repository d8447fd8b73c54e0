import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../bundle/load.js';
import { packBundle } from '../bundle/write-pack.js';
import { writeImageFile } from '../node/image-files.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { runCli } from './program.js';

const tiny = await createCodedBundle({ context: true });
const packed = await packBundle(tiny);
let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-pack-'));
  bundle = join(folder, 'tiny');
  await mkdir(bundle);
  for (const [name, bytes] of tiny.contents) await writeFile(join(bundle, name), bytes);
  await writeImageFile(join(folder, 'image.png'), noiseImages(1));
});
afterAll(() => rm(folder, { recursive: true }));

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
});

const convae = (...args: string[]): Promise<number> =>
  runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });

describe('convae pack', () => {
  it('puts a bundle into one file, and says its SHA-256', async () => {
    const output = join(folder, 'whole.convae');
    expect(await convae('pack', bundle, '-o', output, '--json')).toBe(0);
    const bytes = new Uint8Array(await readFile(output));
    expect(bytes).toEqual(packed);
    expect(JSON.parse(out)).toEqual({
      output,
      name: 'tiny',
      bytes: bytes.length,
      files: ['manifest.json', 'encoder.onnx', 'decoder.onnx', 'tables.bin', 'context.bin'],
      sha256: await sha256Hex(bytes),
    });
  });

  it('gives what every command takes as a bundle', async () => {
    const [whole, small] = [join(folder, 'a.convae'), join(folder, 'b.convae')];
    expect(await convae('pack', bundle, '-o', whole)).toBe(0);
    expect(await convae('pack', whole, '-o', small, '--decoder-only')).toBe(0);
    expect(out).toMatch(/b\.convae: tiny, 4 files \(no encoder\), .*, SHA-256 [0-9a-f]{64}\n$/);
    const container = join(folder, 'image.cae');
    const image = join(folder, 'image.png');
    expect(await convae('encode', image, '-o', container, '--bundle', whole)).toBe(0);
    expect(await convae('verify', container, '--bundle', small)).toBe(0);
    const decoded = join(folder, 'decoded.png');
    expect(await convae('extract', container, '--index', '0', '-o', decoded, '--bundle', small)).toBe(0);
    expect(await convae('encode', image, '-o', container, '--bundle', small)).toBe(1);
    expect(err).toMatch(/convae: tiny has no encoder: it was packed for decoding alone\n$/);
  });

  it('is told from containers by info', async () => {
    const [whole, small] = [join(folder, 'c.convae'), join(folder, 'd.convae')];
    await convae('pack', bundle, '-o', whole);
    await convae('pack', bundle, '-o', small, '--decoder-only');
    expect(await convae('info', whole)).toBe(0);
    expect(out).toMatch(/encoder +encoder\.onnx, /);
    out = '';
    expect(await convae('info', small, '--json')).toBe(0);
    const { encoder, decoder, tables, context } = tiny.manifest;
    const bytes = decoder.bytes + tables!.bytes + context!.bytes;
    expect(JSON.parse(out)).toMatchObject({ encodes: false, bytes, manifest: { encoder } });
    out = '';
    expect(await convae('info', small)).toBe(0);
    expect(out).toMatch(/encoder +left out: decodes only\n/);
  });

  it('writes nothing over its inputs, and nothing that loadCodec would not know', async () => {
    const before = await readdir(bundle);
    for (const output of [join(bundle, 'digits'), join(folder, 'digits.cae')])
      expect(await convae('pack', bundle, '-o', output)).toBe(2);
    expect(err).toMatch(/^convae: expected a file that ends in \.convae for -o, received /);
    const own = join(folder, 'e.convae');
    await writeFile(own, packed);
    expect(await convae('pack', own, '-o', own, '--decoder-only')).toBe(2);
    expect(err).toMatch(/would overwrite an input\n$/);
    expect(new Uint8Array(await readFile(own))).toEqual(packed);
    expect(await readdir(bundle)).toEqual(before);
  });
});
