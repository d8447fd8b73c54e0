import { expect, it } from 'vitest';
import { type BundleFiles, MANIFEST_FILE } from '../bundle/files.js';

import type { Codec } from '../codec/codec.js';
import { expectRejection, noiseImages } from './expectations.js';
import { createTinyBundle, encodeManifest, replaceGraph } from './tiny-bundle.js';

/** What every codec loader must refuse, and with which code. */
export function hostileBundleContract(makeCodec: (bundle: BundleFiles) => Promise<Codec>): void {
  it('refuses a graph whose bytes changed', async () => {
    const bundle = await createTinyBundle();
    bundle.contents.get('encoder.onnx')![200]! ^= 1;
    await expectRejection(makeCodec(bundle), { code: 'HASH_MISMATCH' });
  });

  it('refuses a graph that was cut off', async () => {
    const bundle = await createTinyBundle();
    bundle.contents.set('decoder.onnx', bundle.contents.get('decoder.onnx')!.subarray(0, 100));
    await expectRejection(makeCodec(bundle), { code: 'HASH_MISMATCH' });
  });

  it('refuses a bundle with a file missing', async () => {
    const bundle = await createTinyBundle();
    bundle.contents.delete('decoder.onnx');
    await expectRejection(makeCodec(bundle), { code: 'NOT_FOUND' });
  });

  const graphs: [what: string, bytes: (own: Uint8Array, other: Uint8Array) => Uint8Array][] = [
    ['cut off in the middle', (own) => own.subarray(0, own.length >> 1)],
    ['text', () => new TextEncoder().encode('<!doctype html><title>Not found</title>')],
    ['noise', () => noiseImages(1, 50, 50).data],
    ['the other graph', (_, other) => other],
  ];
  it.each(graphs)('refuses a graph that is %s, even where the manifest’s hash agrees', async (_, bytes) => {
    for (const [which, other] of [
      ['encoder', 'decoder'],
      ['decoder', 'encoder'],
    ] as const) {
      const bundle = await createTinyBundle();
      const [own, foreign] = [which, other].map((name) => bundle.contents.get(`${name}.onnx`)!);
      await replaceGraph(bundle, which, bytes(own!, foreign!));
      await expectRejection(makeCodec(bundle), { code: 'GRAPH_INVALID' });
    }
  });

  it('refuses a graph whose shapes are not those of the manifest', async () => {
    const bundle = await createTinyBundle({ channels: 1 });
    const rgb = await createTinyBundle({ channels: 3 });
    await replaceGraph(bundle, 'encoder', rgb.contents.get('encoder.onnx')!);
    await expectRejection(makeCodec(bundle), { code: 'GRAPH_INVALID' });
  });

  it('refuses a graph that gives NaN', async () => {
    const bundle = await createTinyBundle();
    const bytes = bundle.contents.get('encoder.onnx')!.slice();
    // The last bias of the encoder, found by its bytes: all of them become NaN.
    const bias = new Uint8Array(bundle.weights.secondBias.data.buffer);
    const at = bytes.findIndex((_, i) => bias.every((byte, j) => bytes[i + j] === byte));
    bytes.set(new Uint8Array(Float32Array.of(Number.NaN, Number.NaN).buffer), at);
    await replaceGraph(bundle, 'encoder', bytes);
    await expectRejection(makeCodec(bundle), { code: 'NON_FINITE' });
  });

  it('refuses a newer major version and reads a newer minor one', async () => {
    const bundle = await createTinyBundle();
    bundle.contents.set(MANIFEST_FILE, encodeManifest({ ...bundle.manifest, version: '4.0' }));
    await expectRejection(makeCodec(bundle), { code: 'VERSION_UNSUPPORTED' });
    bundle.contents.set(MANIFEST_FILE, encodeManifest({ ...bundle.manifest, version: '1.9', novelty: [1] }));
    await using codec = await makeCodec(bundle);
    expect((await codec.embed(noiseImages(1))).count).toBe(1);
  });
}
