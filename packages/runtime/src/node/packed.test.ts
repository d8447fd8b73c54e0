import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../bundle/load.js';
import { packBundle } from '../bundle/write-pack.js';
import type { LoadProgress } from '../codec/load-options.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { containerOf, streamOf } from '../testing/coding-contract.js';
import { expectRejection, noiseImages } from '../testing/expectations.js';
import { encodeManifest } from '../testing/tiny-bundle.js';
import { loadCodec } from './load-codec.js';
import { openBundle } from './open-bundle.js';

const bundle = await createCodedBundle({ context: true });
const pack = await packBundle(bundle);
const hash = await sha256Hex(pack);
let folder: string;
let path: string;
let server: Server;
let origin: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-packed-'));
  path = join(folder, 'tiny.convae');
  await writeFile(path, pack);
  server = createServer(({ url }, response) => {
    const bytes = url === '/tiny.convae' ? pack : bundle.contents.get(basename(url!));
    response.writeHead(bytes ? 200 : 404).end(bytes ?? 'not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('loadCodec of a packed bundle', () => {
  it.each<[string, () => Parameters<typeof loadCodec>[0]]>([
    ['a path', () => path],
    ['a file URL', () => pathToFileURL(path)],
    ['the text of a file URL with its SHA-256', () => `${pathToFileURL(path)}#sha256=${hash}`],
    ['an address', () => `${origin}/tiny.convae`],
    ['an address with its SHA-256', () => new URL(`${origin}/tiny.convae#sha256=${hash}`)],
    ['a data: address', () => `data:;base64,${Buffer.from(pack).toString('base64')}`],
    ['bytes', () => pack],
    ['a buffer', () => pack.slice().buffer],
    ['a Blob', () => new Blob([pack as Uint8Array<ArrayBuffer>])],
  ])('takes %s', async (_, source) => {
    await using whole = await loadCodec(bundle, { threads: 1 });
    await using codec = await loadCodec(source(), { threads: 1 });
    const image = noiseImages(1);
    const bytes = await whole.encode(image);
    expect(await codec.encode(image)).toEqual(bytes);
    expect(await codec.decode(bytes)).toEqual(await whole.decode(bytes));
  });

  it('takes the address of a folder, and reports progress', async () => {
    const seen: LoadProgress[] = [];
    const onProgress = (progress: LoadProgress) => seen.push(progress);
    await using codec = await loadCodec(`${origin}/tiny/`, { threads: 1, onProgress });
    expect(codec.manifest.name).toBe('tiny');
    expect(new Set(seen.map(({ file }) => file))).toEqual(new Set(bundle.contents.keys()));
  });

  it.each(['tiny.convae', 'data:text/plain,hello', 'nowhere.convae'])(
    'says what is wrong with %s',
    async (name) => {
      const wrong = name === 'tiny.convae' ? `${origin}/${name}#sha256=${'0'.repeat(64)}` : name;
      const code = { 'tiny.convae': 'HASH_MISMATCH', 'nowhere.convae': 'NOT_FOUND' }[name] ?? 'DATA_INVALID';
      await expectRejection(loadCodec(wrong), { code });
    },
  );

  it('refuses a file with another SHA-256, and a fragment that is none', async () => {
    const wrong = new URL(`#sha256=${'0'.repeat(64)}`, pathToFileURL(path));
    await expectRejection(loadCodec(wrong), { code: 'HASH_MISMATCH' });
    await expect(loadCodec(new URL('#sha256=7', pathToFileURL(path)))).rejects.toThrow(RangeError);
  });

  it('refuses what is no source', async () => {
    for (const wrong of [undefined, null, 7, {}])
      await expect(loadCodec(wrong as never)).rejects.toThrow(
        /^expected a path, an address, a packed bundle/,
      );
  });
});

describe('a codec without an encoder', () => {
  it.each([true, false])(
    'decodes what the whole bundle encoded, probe in the manifest: %s',
    async (probe) => {
      const changed = await createCodedBundle({ context: true });
      const golden = { latent: [0.5, -1, 2], reconstruction: [0.25] };
      if (probe)
        changed.contents.set('manifest.json', encodeManifest({ ...changed.manifest, probe: golden }));
      await using whole = await loadCodec(bundle, { threads: 1 });
      await using codec = await loadCodec(await packBundle(changed, { decoderOnly: true }), { threads: 1 });
      const container = await containerOf(whole, [noiseImages(3)]);
      const images = async (from: typeof codec) => {
        const opened = await from.decodeContainer(streamOf(container));
        for await (const { images } of opened.images) return images;
        return undefined;
      };
      expect(await images(codec)).toEqual(await images(whole));
      const bytes = await whole.encode(noiseImages(1));
      expect(await codec.decode(bytes)).toEqual(await whole.decode(bytes));
    },
  );

  it('refuses everything else, by its name', async () => {
    await using codec = await loadCodec(await packBundle(bundle, { decoderOnly: true }), { threads: 1 });
    const image = noiseImages(1);
    const refused = { code: 'UNSUPPORTED', message: 'tiny has no encoder: it was packed for decoding alone' };
    await expectRejection(codec.encode(image), refused);
    await expectRejection(codec.embed(image), refused);
    await expectRejection(codec.roundTrip(image), refused);
    await expectRejection(codec.score(image), refused);
    await expectRejection(containerOf(codec, [image]), refused);
  });

  it('is measured as others for auto', async () => {
    await using codec = await loadCodec(await packBundle(bundle, { decoderOnly: true }), {
      executionProviders: 'auto',
      threads: 1,
    });
    expect(codec.manifest.name).toBe('tiny');
  });
});

it('packed bundles know their files, folders do not', async () => {
  expect((await openBundle(path)).names).toContain('encoder.onnx');
  expect((await openBundle(folder)).names).toBeUndefined();
});
