/// <reference lib="dom" />
import type { Codec } from '@convae/runtime/core';
import { decodeImageSymbols, EntropyModel, loadBundle } from '@convae/runtime/core';
import { bundleUrl, type WebLoadOptions } from '@convae/runtime/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';

/** As test/vectors/tiny-bundle.test.ts stores it. */
interface StreamVector {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly bytes: string;
  readonly symbols: readonly number[];
  readonly pixels: string;
}

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Decodes and encodes the golden files of test/vectors: what Node wrote, every browser finds and writes. */
export function goldenContract(
  name: string,
  load: (bundle: string, options?: WebLoadOptions) => Promise<Codec>,
  folder = 'tiny-bundle',
): void {
  const url = `/test/vectors/data/${folder}`;

  describe(`golden files of ${folder} on ${name}`, () => {
    let codec: Codec;
    let model: EntropyModel;
    let vectors: StreamVector[];
    beforeAll(async () => {
      codec = await load(url);
      const { manifest, coding } = await loadBundle(bundleUrl(url));
      model = new EntropyModel(manifest, coding);
      vectors = await (await fetch(`${url}/streams.json`)).json();
    });
    afterAll(() => codec.dispose());

    it('decode to the stored symbols exactly, and to the stored pixels within 1', async () => {
      for (const { name, bytes, height, width, symbols, pixels } of vectors) {
        const found = decodeImageSymbols(codec.manifest, model, fromHex(bytes));
        expect([...found.symbols.data], name).toEqual(symbols);
        const image = await codec.decode(fromHex(bytes));
        expect(image, name).toMatchObject({ count: 1, height, width, channels: 1 });
        const stored = fromHex(pixels);
        const most = image.data.reduce((max, value, i) => Math.max(max, Math.abs(value - stored[i]!)), 0);
        expect(most, name).toBeLessThanOrEqual(1);
      }
    });

    it('are what the images are encoded to, byte for byte', async () => {
      for (const quality of [0, 1, 2, 3]) {
        const stored = vectors.find((vector) => vector.name === `quality ${quality}`)!;
        expect(toHex(await codec.encode(noiseImages(1), { quality }))).toBe(stored.bytes);
      }
    });
  });
}
