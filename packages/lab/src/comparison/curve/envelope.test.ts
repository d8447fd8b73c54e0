import { describe, expect, it } from 'vitest';
import type { Point } from '../result.js';
import { bytesAt, envelope } from './envelope.js';

const point = (variant: string | undefined, psnr: number | null, bytesPerImage: number): Point => ({
  ...{ setting: `${variant} ${psnr}`, images: 1, mse: 0, ssim: 1, psnr, bytesPerImage },
  ...(variant !== undefined && { variant }),
});

const shape = (points: Point[]) => envelope({ points }).map(({ psnr, bytes }) => [psnr, bytes]);

describe('envelope', () => {
  it('takes the better variant at each PSNR: one below where their curves cross, the other above', () => {
    const coarse = [20, 24, 28, 32].map((psnr) => point('4:2:0', psnr, 10 * 2 ** ((psnr - 20) / 3)));
    const fine = [21, 25, 29, 33].map((psnr) => point('4:4:4', psnr, 20 * 2 ** ((psnr - 21) / 5)));
    const curve = envelope({ points: [...fine, ...coarse] });
    expect(curve.map(({ point: { variant } }) => variant)).toEqual([...['4:2:0', '4:2:0', '4:4:4', '4:4:4']]);
  });

  it('keeps a point between two of another variant only where it is below their curve', () => {
    const line = [point('a', 20, 100), point('a', 30, 400)];
    expect(shape([...line, point('b', 25, 201)])).toEqual([
      [20, 100],
      [30, 400],
    ]);
    expect(shape([...line, point('b', 25, 199)])).toEqual([
      [20, 100],
      [25, 199],
      [30, 400],
    ]);
  });

  it('ends with the first points outside its span: beyond, the better variant may not have been measured', () => {
    const better = [20, 25, 30].map((psnr) => point('a', psnr, 100 + psnr));
    const worse = [17, 24, 29, 32].map((psnr) => point('b', psnr, 2 * (70 + psnr)));
    const points = [...better, ...worse];
    const curve = envelope({ points, span: [21, 29] });
    expect(curve.map(({ psnr }) => psnr)).toEqual([20, 25, 30]);
    expect(envelope({ points }).at(-1)!.psnr).toBe(32);
    // Where nothing lies outside, nothing is left out.
    expect(envelope({ points, span: [10, 40] })).toEqual(envelope({ points }));
  });

  it('leaves out settings that take more and are worse, and lossless ones', () => {
    const points = [point('a', 20, 100), point('a', 19, 110), point('a', 22, 120), point('a', null, 300)];
    expect(shape([...points, point('a', 20, 90)])).toEqual([
      [20, 90],
      [22, 120],
    ]);
  });
});

describe('bytesAt', () => {
  const curve = [20, 30].map((psnr) => ({ psnr, bytes: 100 * 4 ** ((psnr - 20) / 10) }));

  it('interpolates in the logarithm', () => {
    expect(bytesAt(curve, 25)).toBeCloseTo(200, 9);
    expect(bytesAt(curve, 30)).toBeCloseTo(400, 9);
  });

  it('stays at the coarsest below it, and knows nothing above the finest', () => {
    expect(bytesAt(curve, 3)).toBe(100);
    expect(bytesAt(curve, 30.01)).toBeUndefined();
    expect(bytesAt([], 20)).toBeUndefined();
  });
});
