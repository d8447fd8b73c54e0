import { describe, expect, it } from 'vitest';
import { otherFiles, otherLines, reachedLines } from './target-report.js';

describe('what is said of a target', () => {
  it('is how far it was missed, and what to do where that is far', () => {
    expect(reachedLines({ psnr: 30 }, { psnr: 29.93, bytes: 55.23 }, 2)).toEqual([
      'validation images at the default quality, 2: 55.2 bytes an image at 29.93 dB, 0.07 dB below the target of 30 dB',
    ]);
    const [line, advice] = reachedLines({ bytes: 60 }, { psnr: 28, bytes: 66 }, 3);
    expect(line).toMatch(/10.0% above the target of 60 bytes an image$/);
    expect(advice).toMatch(/off the target.*--epochs/);
    expect(reachedLines(null, { psnr: 28, bytes: 66 }, 3)).toEqual([
      'validation images at the default quality, 3: 66.0 bytes an image at 28.00 dB',
    ]);
  });

  it('has other codecs beside it, and a warning near lossless', () => {
    const others = [
      { codec: 'WebP', bytes: 120.04, psnr: 30.1 },
      { codec: 'WebP lossless', bytes: 200, psnr: null },
    ];
    expect(otherLines(others, { psnr: 30, bytes: 50 })).toEqual([
      'single files of the same images, bytes: WebP 120.0 at 30.10 dB, WebP lossless 200.0',
    ]);
    expect(otherLines(others, { psnr: 30, bytes: 170 })[1]).toMatch(/like noise.*every pixel/);
    expect(otherLines([], { psnr: 30, bytes: 50 })).toEqual([]);
  });

  it('comes from the evaluations that know other codecs', async () => {
    const images = { data: new Uint8Array(4), count: 1, height: 2, width: 2, channels: 1 };
    const evaluation = { name: 'none', files: [], addCommand: () => undefined };
    const knowing = {
      ...evaluation,
      filesAt: async ({ count }: typeof images, psnr: number) => [{ codec: 'PBM', bytes: count, psnr }],
    };
    expect(await otherFiles([evaluation, knowing], images, { psnr: 31, bytes: 1 })).toEqual([
      { codec: 'PBM', bytes: 1, psnr: 31 },
    ]);
  });
});
