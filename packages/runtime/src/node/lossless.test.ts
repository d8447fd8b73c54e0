import { describe, expect, it, vi } from 'vitest';
import { MANIFEST_FILE } from '../bundle/files.js';
import { loadAnyBundle, loadBundle } from '../bundle/load.js';
import { chooseQuality } from '../codec/choose-quality.js';
import { CONTEXT_KERNELS } from '../context/kernel.js';
import { noiseImages } from '../testing/expectations.js';
import { createLosslessBundle } from '../testing/lossless-bundle.js';
import { losslessContract } from '../testing/lossless-contract.js';
import { encodeManifest } from '../testing/tiny-bundle.js';
import { createWorkerCodec, serveCodec } from '../worker/index.js';
import { loadCodec } from './load-codec.js';

for (const contextKernel of CONTEXT_KERNELS)
  losslessContract(`Node, ${contextKernel}`, (bundle) => loadCodec(bundle, { contextKernel }));

const { port1, port2 } = new MessageChannel();
serveCodec({ scope: port2, load: (bundle) => loadCodec(bundle) });
losslessContract('Node across a port', (bundle) => createWorkerCodec(port1, bundle));

/** A lossless bundle with some fields of its manifest changed. */
async function changed(changes: object): ReturnType<typeof createLosslessBundle> {
  const bundle = await createLosslessBundle();
  bundle.contents.set(MANIFEST_FILE, encodeManifest({ ...bundle.manifest, ...changes }));
  return bundle;
}

describe('a lossless bundle', () => {
  it('gives the same bytes whatever computes it', async () => {
    const bundle = await createLosslessBundle(4);
    const images = noiseImages(2, 11, 7, 4);
    const coded = await Promise.all(
      CONTEXT_KERNELS.map(async (contextKernel) => {
        await using codec = await loadCodec(bundle, { contextKernel });
        expect(codec.contextKernel).toBe(contextKernel);
        return codec.encodeBatch(images);
      }),
    );
    expect(coded[0]).toEqual(coded[1]);
  });

  it('says that the slow kernel runs, where nobody asked for it', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const bundle = await createLosslessBundle();
    await using codec = await loadCodec(bundle);
    expect(codec).toMatchObject({ contextKernel: 'plain', notices: [expect.stringContaining('slower')] });
    const asked = loadCodec(bundle, { contextKernel: 'simd' });
    await expect(asked).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    vi.unstubAllGlobals();
  });

  it('is refused by what needs networks, by name', async () => {
    const loading = loadBundle(await createLosslessBundle());
    await expect(loading).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('tiny-lossless is a lossless bundle'),
    });
  });

  it.each([
    [{ kind: 'other' }, 'expected lossless for kind'],
    [{ kind: undefined }, 'for kind, received nothing'],
    [{ context: undefined }, 'for context, received nothing'],
    [{ image: { channels: 1, height: 8, width: 8, anySize: false, multiple: 1 } }, 'image.anySize'],
    [{ image: { channels: 1, height: 8, width: 8, anySize: true, multiple: 4 } }, 'image.multiple'],
    [
      { context: { file: 'manifest.json', bytes: 9, sha256: 'a'.repeat(64) } },
      'a file of its own for context.file',
    ],
  ])('whose manifest has %j is refused', async (changes, message) => {
    await expect(loadAnyBundle(await changed(changes))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{ channels: 3, height: 8, width: 8, anySize: true, multiple: 1 }, '3 channels'],
    [{ channels: 1, height: 7, width: 8, anySize: true, multiple: 1 }, 'at most 7 rows'],
    [{ channels: 1, height: 8, width: 7, anySize: true, multiple: 1 }, 'at most 7 columns'],
  ])('whose model is for other images than %j is refused', async (image, message) => {
    await expect(loadCodec(await changed({ image }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('has one quality to choose, which loses nothing', async () => {
    await using codec = await loadCodec(await createLosslessBundle());
    const images = noiseImages(3);
    expect(await chooseQuality(codec, images, { psnr: 90 })).toEqual({ quality: 0, reached: Infinity });
    const { reached } = await chooseQuality(codec, images, { bytes: 1000 });
    const streams = await codec.encodeBatch(images);
    expect(reached).toBeCloseTo(streams.reduce((sum, { length }) => sum + length, 0) / 3, 9);
    const unreachable = chooseQuality(codec, images, { bytes: 3 });
    await expect(unreachable).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });
});
