import { describe, expect, it } from 'vitest';
import { fillPixels, toFloatImages } from '../../image.js';
import { PLAIN_PIXELS } from './pixels.js';
import { createSimdPixels } from './simd-pixels.js';

const shaped = (data: Float32Array, channels = 1, width = 1) => {
  const height = 1;
  return { data, count: data.length / (channels * width), channels, height, width };
};

/** Every float32 beside a place where rounding changes, and far off. */
function nearBoundaries(): Float32Array {
  const values = [-1e30, -3, -0.5, -1 / 510, -1e-40, -0, 0, 1e-40, 1, 1.1, 2, 1e30];
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let k = 0; k <= 255; k++) {
    for (const value of [(k - 0.5) / 255, k / 255]) {
      float[0] = Math.abs(value);
      const middle = bits[0]!;
      for (let off = -8; off <= 8; off++) {
        bits[0] = Math.max(0, middle + off);
        values.push(float[0]!);
      }
    }
  }
  return Float32Array.from(values);
}

describe('pixels in WebAssembly', () => {
  const pixels = createSimdPixels();

  it('run here', () => {
    expect(pixels).not.toBe(PLAIN_PIXELS);
  });

  it('are rounded as in JavaScript, beside every boundary too', () => {
    const images = shaped(nearBoundaries());
    const [own, expected] = [new Uint8Array(images.data.length), new Uint8Array(images.data.length)];
    expect(fillPixels(images, expected)).toBe(true);
    expect(pixels.take(images.data.length).toBytes(images, own)).toBe(true);
    expect(own).toEqual(expected);
  });

  it.each([1, 3, 4])('become floats and come back, %i channels', (channels) => {
    const width = 256;
    const data = Uint8Array.from({ length: 2 * channels * width }, (_, i) => (i * 7) & 255);
    const images = { data, count: 2, channels, height: 1, width };
    const workspace = pixels.take(data.length);
    const floats = workspace.toFloats(images);
    expect(floats).toEqual(toFloatImages(images));
    const back = new Uint8Array(data.length);
    expect(workspace.toBytes(floats, back)).toBe(true);
    expect(back).toEqual(data);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'that are %d are told, wherever they are',
    (value) => {
      for (const at of [0, 5, 16, 36]) {
        const images = shaped(new Float32Array(37).fill(0.5));
        images.data[at] = value;
        expect(pixels.take(37).toBytes(images, new Uint8Array(37))).toBe(false);
        expect(fillPixels(images, new Uint8Array(37))).toBe(false);
      }
    },
  );

  it('of an earlier, longer call do not matter', () => {
    const workspace = pixels.take(40);
    workspace.toBytes(shaped(new Float32Array(40).fill(Number.NaN)), new Uint8Array(40));
    expect(workspace.toBytes(shaped(new Float32Array(33)), new Uint8Array(33))).toBe(true);
  });

  it('of two calls at once have memories of their own', () => {
    const [one, other] = [pixels.take(8), pixels.take(8)];
    const images = { ...shaped(new Float32Array(8)), data: new Uint8Array(8) };
    expect(one.toFloats(images).data.buffer).not.toBe(other.toFloats(images).data.buffer);
    pixels.giveBack(one);
    expect(pixels.take(8)).toBe(one);
  });
});
