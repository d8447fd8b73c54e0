import { describe, expect, it } from 'vitest';
import { beginStroke, ERASER, PEN } from './brush.js';
import { addNoise } from './noise.js';
import { paintSample } from './paint-sample.js';
import { emptyPicture, fitPicture, isEmpty, resizePicture, toImage } from './picture.js';
import { psnrOf } from './quality.js';
import { SAMPLES } from './samples.js';
import { SCENES } from './scenes.js';

const GREY = { height: 28, width: 28, channels: 1 };

const sum = (data: Float32Array): number => data.reduce((total, value) => total + value, 0);

describe('painting', () => {
  it('inks the middle of a stroke fully and nothing far away', () => {
    const picture = emptyPicture(28, 28);
    beginStroke(picture, PEN)({ x: 8.5, y: 14.5 }, { x: 20.5, y: 14.5 });
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
    beginStroke(whole, PEN)(a, c);
    const stroke = beginStroke(pieces, PEN);
    stroke(a, b);
    stroke(b, c);
    for (const [i, value] of whole.data.entries()) expect(pieces.data[i]).toBeCloseTo(value, 5);
  });

  it('takes ink away with the eraser, and stays inside the picture', () => {
    const picture = emptyPicture(28, 28);
    picture.data.fill(1);
    beginStroke(picture, ERASER)({ x: -9, y: -9 }, { x: 40, y: 40 });
    expect(picture.data[0]).toBe(0);
    expect(picture.data[27]).toBe(1);
  });

  it('paints with its colour, once where pieces of a stroke overlap, and takes the paint away again', () => {
    const brush = { ...PEN, radius: 0, edge: 8, colour: [1, 0.5, 0] } as const;
    const [a, b] = [
      { x: 6.5, y: 14.5 },
      { x: 20.5, y: 14.5 },
    ];
    const once = emptyPicture(28, 28, 3);
    const thrice = emptyPicture(28, 28, 3);
    beginStroke(once, brush)(a, b);
    const stroke = beginStroke(thrice, brush);
    for (let i = 0; i < 3; i++) stroke(a, b);
    expect(thrice).toEqual(once);
    const at = (14 * 28 + 14) * 3;
    expect([...once.data.subarray(at, at + 3)]).toEqual([1, 0.5, 0]);
    beginStroke(once, ERASER)(a, b);
    expect([...once.data.subarray(at, at + 3)]).toEqual([1, 1, 1]);
  });

  it('paints on transparent ground without a dark edge', () => {
    const picture = emptyPicture(28, 28, 4);
    beginStroke(picture, { ...PEN, colour: [1, 0.5, 0] })({ x: 8, y: 14 }, { x: 20, y: 14 });
    const soft = Array.from({ length: 28 * 28 }, (_, i) => [
      ...picture.data.subarray(4 * i, 4 * i + 4),
    ]).filter(([, , , opacity]) => opacity! > 0 && opacity! < 1);
    expect(soft.length).toBeGreaterThan(10);
    for (const [red, green, blue] of soft) {
      expect(red).toBeCloseTo(1, 5);
      expect(green).toBeCloseTo(0.5, 5);
      expect(blue).toBe(0);
    }
    beginStroke(picture, ERASER)({ x: -9, y: -9 }, { x: 40, y: 40 });
    expect(picture.data[3]).toBe(0);
  });

  it('gives every sample ink, none of it at the border, and no two alike', () => {
    const pictures = SAMPLES.map((sample) => paintSample(sample, GREY));
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
    const picture = paintSample(SAMPLES[8]!, { height: 64, width: 48, channels: 1 });
    const small = resizePicture(picture, 28, 27);
    expect(sum(small.data) / small.data.length).toBeCloseTo(sum(picture.data) / picture.data.length, 5);
  });

  it.each([1, 3, 4])('of %i channels become bytes within half a step', (channels) => {
    const picture = paintSample(SCENES[0]!, { ...GREY, channels });
    const { data, ...shape } = toImage(picture);
    expect(shape).toEqual({ count: 1, height: 28, width: 28, channels });
    for (const [i, value] of data.entries())
      expect(Math.abs(value / 255 - picture.data[i]!)).toBeLessThan(0.5001 / 255);
  });

  it('are black ink on white paper in colour, and light on black in grey', () => {
    const grey = emptyPicture(1, 2);
    grey.data.set([0.25, 0]);
    const shape = (channels: number) => ({ height: 1, width: 2, channels });
    const colour = fitPicture(grey, shape(3));
    expect([...colour.data]).toEqual([0.75, 0.75, 0.75, 1, 1, 1]);
    expect([...fitPicture(grey, shape(4)).data]).toEqual([0, 0, 0, 0.25, 0, 0, 0, 0]);
    expect(fitPicture(colour, shape(1)).data[0]).toBeCloseTo(0.25, 6);
    expect(fitPicture(fitPicture(grey, shape(4)), shape(3))).toEqual(colour);
  });

  it('take no colour from what is transparent when they become smaller', () => {
    const picture = emptyPicture(1, 2, 4);
    picture.data.set([1, 0.5, 0, 1, 0, 0, 1, 0]);
    expect([...resizePicture(picture, 1, 1).data]).toEqual([1, 0.5, 0, 0.5]);
  });

  it('know when they are empty', () => {
    for (const channels of [1, 3, 4]) {
      const picture = emptyPicture(4, 4, channels);
      expect(isEmpty(picture)).toBe(true);
      beginStroke(picture, PEN)({ x: 1.5, y: 2.5 }, { x: 2.5, y: 2.5 });
      expect(isEmpty(picture)).toBe(false);
    }
    expect(isEmpty(paintSample(SAMPLES[1]!, GREY))).toBe(false);
  });
});

describe('noise', () => {
  it('leaves opacity alone', () => {
    const picture = emptyPicture(4, 4, 4);
    const { data } = addNoise(picture, { kind: 'gaussian', level: 0.5 }, 3);
    expect(data.filter((_, i) => i % 4 === 3)).toEqual(new Float32Array(16));
    expect(sum(data)).toBeGreaterThan(0);
  });

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
    expect(psnrOf(a, b)).toBeCloseTo(6.0206, 3);
    expect(psnrOf(a, a)).toBe(Number.POSITIVE_INFINITY);
    expect(() => psnrOf(a, { ...b, data: b.data.subarray(1) })).toThrow(RangeError);
  });
});
