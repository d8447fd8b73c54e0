import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { PixelDecoder } from '../codec/pixels/pixels.js';
import { fillPixels, type ImageChannels, type LatentBatch } from '../image.js';
import { writeOnnx } from '../testing/onnx-writer.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { createPixelDecoder } from './pixel-decoder.js';

const OPTIONS = { executionProviders: ['cpu'], logSeverityLevel: 4, intraOpNumThreads: 1 } as const;
const SIDE = 8;

/** A decoder that gives back what it gets, as pixels. */
async function identity(channels: ImageChannels): Promise<PixelDecoder> {
  const { manifest } = await createTinyBundle({ channels, anySize: false });
  const { input, output } = manifest.decoder;
  const decoder = writeOnnx({
    name: 'identity',
    nodes: [{ type: 'Identity', inputs: [input.name], output: output.name }],
    weights: [],
    input: { name: input.name, shape: ['N', channels, SIDE, SIDE] },
    output: { name: output.name, shape: ['N', channels, SIDE, SIDE] },
  });
  return createPixelDecoder(ort, { manifest, decoder }, OPTIONS)!;
}

const batch = (data: Float32Array, channels: ImageChannels): LatentBatch => {
  const count = data.length / (channels * SIDE * SIDE);
  return { data, count, channels, height: SIDE, width: SIDE };
};

/** Values on both sides of every boundary between pixels, and far off. */
function nearBoundaries(channels: ImageChannels): Float32Array {
  const around = Array.from({ length: 256 }, (_, k) => (k - 0.5) / 255).flatMap((boundary) =>
    [-2, -1, 0, 1, 2].map((ulps) => Math.fround(boundary) * (1 + ulps * 2 ** -23)),
  );
  const image = channels * SIDE * SIDE;
  const data = new Float32Array(image * Math.ceil((around.length + 4) / image)).fill(0.5);
  data.set([...around, -1e30, 1e30, -0, 2]);
  return data;
}

describe('createPixelDecoder', () => {
  it.each([1, 3, 4] as const)('gives the pixels that fillPixels gives, %i channels', async (channels) => {
    const decoder = await identity(channels);
    const images = batch(nearBoundaries(channels), channels);
    const expected = new Uint8Array(images.data.length);
    expect(fillPixels(images, expected)).toBe(true);
    expect(await decoder.decode(images, expected.length)).toEqual(expected);
    await decoder.release();
  });

  it('gives nothing where a value is not finite, or an image has another size', async () => {
    const decoder = await identity(1);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const images = batch(new Float32Array(128).fill(0.5), 1);
      images.data[77] = value;
      expect(await decoder.decode(images, 128)).toBeUndefined();
    }
    const images = batch(new Float32Array(128).fill(0.5), 1);
    expect(await decoder.decode(images, 129)).toBeUndefined();
    expect(await decoder.decode(images, 128)).toHaveLength(128);
    await decoder.release();
  });

  it('gives nothing for a graph that ONNX Runtime refuses', async () => {
    const { manifest } = await createTinyBundle();
    const decoder = createPixelDecoder(ort, { manifest, decoder: Uint8Array.of(1, 2, 3) }, OPTIONS)!;
    expect(await decoder.decode(batch(new Float32Array(128), 1), 128)).toBeUndefined();
    await decoder.release();
  });

  it('is for networks that give pixels as they are', async () => {
    const { manifest, contents } = await createTinyBundle({ scale: 1, offset: 0 });
    expect(
      createPixelDecoder(ort, { manifest, decoder: contents.get('decoder.onnx')! }, OPTIONS),
    ).toBeUndefined();
  });
});
