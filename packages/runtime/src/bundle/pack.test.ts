import { describe, expect, it } from 'vitest';
import { crc32c } from '../bitstream/index.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { expectRejection } from '../testing/expectations.js';
import type { TinyBundle } from '../testing/tiny-bundle.js';
import { MANIFEST_FILE } from './files.js';
import { loadBundle } from './load.js';
import { openPack } from './pack.js';
import { MAX_PACK_BYTES } from './pack-names.js';
import { packBundle } from './write-pack.js';

const bundle: TinyBundle = await createCodedBundle({ context: true });
const pack = await packBundle(bundle);

/** A pack as FORMAT.md says, of any entries. */
function written(files: readonly (readonly [name: string, bytes: Uint8Array])[], version = 1): Uint8Array {
  const head = [0x89, 0x43, 0x41, 0x42, version, files.length];
  for (const [name, { length }] of files)
    head.push(name.length, ...Buffer.from(name), length & 255, (length >> 8) & 255, length >> 16, 0);
  const [first = ['', new Uint8Array(0)] as const] = files;
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32c(first[1], crc32c(Uint8Array.from(head))));
  return Uint8Array.from(Buffer.concat([Uint8Array.from(head), crc, ...files.map(([, bytes]) => bytes)]));
}

const open = (bytes: Uint8Array) => () => openPack(bytes, 'digits.convae');

describe('a packed bundle', () => {
  it('has the bytes that FORMAT.md says, each file once, the manifest first', () => {
    const names = [MANIFEST_FILE, 'encoder.onnx', 'decoder.onnx', 'tables.bin', 'context.bin'];
    expect(pack).toEqual(written(names.map((name) => [name, bundle.contents.get(name)!])));
    const sizes = [...bundle.contents.values()].map(({ length }) => length);
    expect(pack.length).toBeLessThan(sizes.reduce((sum, size) => sum + size) + 128);
  });

  it('loads as its folder, with the same identity', async () => {
    const folder = await loadBundle(bundle);
    const { location, ...packed } = await loadBundle(openPack(pack, 'digits.convae'));
    expect({ ...packed, location: folder.location }).toEqual(folder);
    expect(location).toBe('digits.convae');
  });

  it('may lack the encoder, and keeps its identity', async () => {
    const small = await packBundle(bundle, { decoderOnly: true });
    expect(small.length).toBeLessThan(pack.length - bundle.manifest.encoder.bytes);
    const files = openPack(small, 'digits.convae');
    expect(files.names).not.toContain('encoder.onnx');
    const { encoder, coding } = await loadBundle(files);
    expect(encoder).toBeUndefined();
    expect(coding!.hash).toEqual((await loadBundle(bundle)).coding!.hash);
    expect(await packBundle(files)).toEqual(small);
  });

  it('may lack nothing else', async () => {
    for (const left of ['decoder.onnx', 'tables.bin', 'context.bin']) {
      const entries = [...bundle.contents].filter(([name]) => name !== left);
      const files = open(written(entries))();
      await expectRejection(loadBundle(files), { code: 'NOT_FOUND' });
    }
  });

  it('may hold files that a newer manifest names', async () => {
    const files = open(written([...bundle.contents, ['novelty.bin', Uint8Array.of(1)]]))();
    expect((await loadBundle(files)).encoder).toEqual(bundle.contents.get('encoder.onnx'));
  });

  it('is not made of a bundle whose files are not those of its manifest', async () => {
    const broken = await createCodedBundle();
    broken.contents.get('decoder.onnx')![100]! ^= 1;
    await expectRejection(packBundle(broken), { code: 'HASH_MISMATCH' });
  });

  const manifest = bundle.contents.get(MANIFEST_FILE)!;
  const one = Uint8Array.of(1);
  it.each<[string, string, Uint8Array]>([
    ['nothing', 'DATA_INVALID', new Uint8Array(0)],
    ['a container', 'DATA_INVALID', Uint8Array.of(0x89, 0x43, 0x41, 0x45, 1, 0)],
    ['a newer version', 'VERSION_UNSUPPORTED', written([[MANIFEST_FILE, manifest]], 2)],
    ['no files', 'DATA_INVALID', written([])],
    ['another file first', 'DATA_INVALID', written([['decoder.onnx', one]])],
    [
      'a name twice',
      'DATA_INVALID',
      written([
        [MANIFEST_FILE, manifest],
        ['a', one],
        ['a', one],
      ]),
    ],
    [
      'a path',
      'DATA_INVALID',
      written([
        [MANIFEST_FILE, manifest],
        ['../a', one],
      ]),
    ],
    ['too many files', 'LIMIT_EXCEEDED', written(Array.from({ length: 17 }, (_, i) => [`f${i}`, one]))],
    ['something behind', 'DATA_INVALID', Uint8Array.of(...pack, 0)],
  ])('is refused with %s', (_, code, bytes) => {
    expect(open(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('digits') }),
    );
  });

  it('is refused above the limit, before its bytes are looked at', () => {
    expect(open(new Uint8Array(MAX_PACK_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it('is refused wherever it is cut', () => {
    for (let length = 5; length < pack.length; length += length < 200 ? 1 : 97)
      expect(open(pack.subarray(0, length))).toThrow(expect.objectContaining({ code: 'DATA_TRUNCATED' }));
  });

  it('is refused wherever a bit of it is wrong', async () => {
    for (let at = 0; at < pack.length; at += at < 400 ? 1 : 61) {
      const damaged = pack.slice();
      damaged[at]! ^= 1 << (at % 8);
      const loading = Promise.resolve().then(() => loadBundle(openPack(damaged, 'damaged')));
      await expect(loading, `byte ${at}`).rejects.toMatchObject({ name: 'ConvaeError' });
    }
  });
});
