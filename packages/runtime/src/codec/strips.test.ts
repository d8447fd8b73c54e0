import { describe, expect, it } from 'vitest';
import { loadBundle } from '../bundle/load.js';
import { cropImages, padImages, toFloatImages } from '../image.js';
import { loadCodec } from '../node/load-codec.js';
import { importOnnxRuntime, NODE_PROVIDERS } from '../node/onnxruntime.js';
import { type NetworkSessions, openSessions } from '../provider/open-sessions.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { photoLike } from '../testing/photo-like.js';
import { createTinyBundle, type TinyBundle } from '../testing/tiny-bundle.js';
import { type Planes, runInStrips, setRows } from './strips.js';

const LARGE = { height: 1601, width: 1010 };

/** A network that takes the mean of each place and `reach` rows above and below; it counts its runs. */
function blurring(reach: number, units: number) {
  const values = Float32Array.from({ length: units * 3 }, (_, i) => Math.sin(i * i));
  const blurred = (first: number, last: number): Planes => {
    const data = new Float32Array((last - first) * 3);
    for (let row = first; row < last; row++) {
      for (let x = 0; x < 3; x++) {
        for (let y = Math.max(first, row - reach); y < Math.min(last, row + reach + 1); y++)
          data[(row - first) * 3 + x]! += values[3 * y + x]! / (2 * reach + 1);
      }
    }
    return { data, channels: 1, height: last - first, width: 3 };
  };
  const result: Planes = { data: new Float32Array(units * 3), channels: 1, height: units, width: 3 };
  const heights: number[] = [];
  const run = async (first: number, last: number): Promise<Planes> => {
    heights.push(last - first);
    return blurred(first, last);
  };
  const keep = (row: number, part: Planes): void => setRows(result, row, part);
  return {
    job: { units, unitPixels: 1 << 17, rows: 1, run, keep },
    result,
    heights,
    whole: blurred(0, units),
  };
}

describe('runInStrips', () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 4],
    [7, 8],
  ])('finds the overlap for a network that sees %i rows far: %i', async (reach, expected) => {
    const { job, result, whole, heights } = blurring(reach, 100);
    expect(await runInStrips(job, 1)).toBe(expected);
    result.data.forEach((value, i) => {
      expect(value).toBeCloseTo(whole.data[i]!, 5);
    });
    expect(Math.max(...heights)).toBeLessThanOrEqual(Math.max(8, 4 * expected) + 2 * expected);
  });

  it('runs a network whole that sees everything', async () => {
    const { job, result, whole, heights } = blurring(100, 100);
    await runInStrips(job, 1);
    expect(result.data).toEqual(whole.data);
    expect(heights.at(-1)).toBe(100);
  });
});

/** Both networks of a bundle, without a codec. */
const networks = async (bundle: TinyBundle): Promise<NetworkSessions> =>
  openSessions(await importOnnxRuntime(), await loadBundle(bundle), {
    executionProviders: ['cpu'],
    baseProvider: 'cpu',
    strict: true,
    threads: 1,
    available: NODE_PROVIDERS,
  });

function expectClose(a: Float32Array, b: Float32Array, most: number): void {
  expect(a.length).toBe(b.length);
  const largest = a.reduce((sum, value, i) => Math.max(sum, Math.abs(value - b[i]!)), 0);
  expect(largest).toBeLessThan(most);
}

describe('a large image', () => {
  it.each([1, 3] as const)('has the latents and pixels of a whole run, %i channel(s)', async (channels) => {
    const bundle = await createTinyBundle({ channels });
    await using codec = await loadCodec(bundle, { threads: 1 });
    const { encoder, decoder } = await networks(bundle);
    const floats = toFloatImages(photoLike(LARGE.height, LARGE.width, channels, 4));
    const padded = padImages(floats, 4);
    const shape = { channels: 2, height: 401, width: 253 };
    const latents = await codec.embed(floats);
    expect(latents).toMatchObject({ count: 1, ...shape });
    expectClose(latents.data, await encoder.run(padded.data, 1, padded, shape), 1e-4);
    const output = await codec.reconstruct(latents, { ...LARGE, output: 'float32' });
    expect(output).toMatchObject({ count: 1, channels, ...LARGE });
    const whole = { ...padded, data: await decoder.run(latents.data, 1, shape, padded) };
    expectClose(output.data, cropImages(whole, LARGE.height, LARGE.width).data, 1e-4);
    const pixels = await codec.reconstruct(latents, LARGE);
    expectClose(toFloatImages(pixels).data, output.data, 0.6 / 255);
    await Promise.all([encoder.release(), decoder.release()]);
  });

  it('is the same in uint8 and in float32, and one by one in a batch', async () => {
    await using codec = await loadCodec(await createCodedBundle({ channels: 3 }), { threads: 1 });
    const images = [1, 2].map((seed) => photoLike(LARGE.height, LARGE.width, 3, seed));
    const [first, second] = await codec.encodeBatch(images);
    expect(first).toEqual(await codec.encode(images[0]!));
    expect(second).toEqual(await codec.encode(toFloatImages(images[1]!)));
    expect(first).not.toEqual(second);
  });
});
