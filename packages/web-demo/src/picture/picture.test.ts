import { meanSquaredError } from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { ERASER, PEN, paintSegment } from './brush.js';
import { addNoise } from './noise.js';
import { emptyPicture, isEmpty, resizePicture, toImage } from './picture.js';
import { psnrOf } from './quality.js';
import { paintSample, SAMPLES } from './samples.js';

const sum = (data: Float32Array): number => data.reduce((total, value) => total + value, 0);

describe('painting', () => {
  it('inks the middle of a stroke fully and nothing far away', () => {
    const picture = emptyPicture(28, 28);
    paintSegment(picture, { x: 8.5, y: 14.5 }, { x: 20.5, y: 14.5 }, PEN);
    expect(picture.data[14 * 28 + 14]).toBe(1);
    expect(picture.data[14 * 28 + 4]).toBe(0);
    expect(picture.data[18 * 28 + 14]).toBe(0);
  });

  it('is the same in one piece and in two', () => {
    const whole = emptyPicture(28, 28);
    const pieces = emptyPicture(28, 28);
    const [a, b, c] = [
      { x: 5, y: 6 },
      { x: 12, y: 13 },
      { x: 19, y: 20 },
    ] as const;
    paintSegment(whole, a, c, PEN);
    paintSegment(pieces, a, b, PEN);
    paintSegment(pieces, b, c, PEN);
    for (const [i, value] of whole.data.entries()) expect(pieces.data[i]).toBeCloseTo(value, 5);
  });

  it('takes ink away with the eraser, and stays inside the picture', () => {
    const picture = emptyPicture(28, 28);
    picture.data.fill(1);
    paintSegment(picture, { x: -9, y: -9 }, { x: 40, y: 40 }, ERASER);
    expect(picture.data[0]).toBe(0);
    expect(picture.data[27]).toBe(1);
  });

  it('gives every sample ink, none of it at the border, and no two alike', () => {
    const pictures = SAMPLES.map((sample) => paintSample(sample, 28, 28));
    for (const { data } of pictures) {
      expect(sum(data)).toBeGreaterThan(30);
      for (let i = 0; i < 28; i++)
        expect(data[i]! + data[i * 28]! + data[i * 28 + 27]! + data[756 + i]!).toBe(0);
    }
    expect(new Set(pictures.map(({ data }) => data.join())).size).toBe(SAMPLES.length);
  });
});

describe('pictures', () => {
  it('keep their mean when they become smaller, whatever the sides', () => {
    const picture = paintSample(SAMPLES[8]!, 64, 48);
    const small = resizePicture(picture, 28, 27);
    expect(sum(small.data) / small.data.length).toBeCloseTo(sum(picture.data) / picture.data.length, 5);
  });

  it('become bytes within half a step, grey and in colour', () => {
    const picture = paintSample(SAMPLES[3]!, 28, 28);
    for (const channels of [1, 3]) {
      const { data } = toImage(picture, channels);
      expect(data).toHaveLength(picture.data.length * channels);
      for (const [i, value] of data.entries())
        expect(Math.abs(value / 255 - picture.data[Math.floor(i / channels)]!)).toBeLessThan(0.5001 / 255);
    }
  });

  it('know when they are empty', () => {
    expect(isEmpty(emptyPicture(4, 4))).toBe(true);
    expect(isEmpty(paintSample(SAMPLES[1]!, 28, 28))).toBe(false);
  });
});

describe('noise', () => {
  it('has the deviation that was asked for and repeats with its seed', () => {
    const grey = emptyPicture(200, 200);
    grey.data.fill(0.5);
    const noise = { kind: 'gaussian', level: 0.1 } as const;
    const noisy = addNoise(grey, noise, 7);
    const variance = noisy.data.reduce((total, value) => total + (value - 0.5) ** 2, 0) / noisy.data.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 2);
    expect(addNoise(grey, noise, 7)).toEqual(noisy);
    expect(addNoise(grey, noise, 8)).not.toEqual(noisy);
  });

  it('puts salt and pepper on the share of the pixels that was asked for, half of each', () => {
    const grey = emptyPicture(100, 100);
    grey.data.fill(0.5);
    const { data } = addNoise(grey, { kind: 'salt-and-pepper', level: 0.3 }, 7);
    const share = (value: number): number => data.filter((each) => each === value).length / data.length;
    expect(share(0)).toBeCloseTo(0.15, 1);
    expect(share(1)).toBeCloseTo(0.15, 1);
    expect(share(0) + share(0.5) + share(1)).toBe(1);
  });
});

describe('distortion', () => {
  it('is the mean squared error of pixels 0..1, and its decibels', () => {
    const size = { count: 1, height: 2, width: 2, channels: 1 };
    const a = { ...size, data: Uint8Array.of(0, 255, 100, 100) };
    const b = { ...size, data: Uint8Array.of(255, 255, 100, 100) };
    expect(meanSquaredError(a, b)).toBe(0.25);
    expect(psnrOf(a, b)).toBeCloseTo(6.0206, 3);
    expect(psnrOf(a, a)).toBe(Number.POSITIVE_INFINITY);
    expect(() => meanSquaredError(a, { ...b, data: b.data.subarray(1) })).toThrow(RangeError);
  });
});
