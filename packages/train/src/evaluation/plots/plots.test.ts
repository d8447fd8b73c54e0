import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { EpochRecord } from '../../training/history.js';
import { classPlot } from './classes.js';
import { lossPlot } from './loss.js';
import { loadFonts, outlineText, textLine } from './outline.js';
import { PALETTE } from './palette.js';
import { plotSvg, resolveColours, svgPng } from './render.js';

const epoch = (number: number, trainMse: number, validationMse: number | null): EpochRecord => ({
  epoch: number,
  trainMse,
  validationMse,
  trainPsnr: 0,
  validationPsnr: null,
  learningRate: 1e-3,
  seconds: 1,
  imagesPerSecond: 1,
  deadChannels: [],
});

const words = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);

describe('the loss plot', () => {
  const falling = [epoch(1, 0.05, 0.04), epoch(2, 0.02, 0.018), epoch(3, 0.008, 0.009)];

  it('names both series and every epoch', async () => {
    const shown = words(await plotSvg(lossPlot(falling, 700, 300)));
    expect(shown).toEqual(expect.arrayContaining(['training', 'validation', 'epoch', '1', '2', '3']));
  });

  it('takes a log axis for a large fall, a linear one for a small one or for an error of 0', () => {
    const scale = (history: EpochRecord[]): unknown =>
      JSON.stringify(lossPlot(history, 700, 300)).match(/"(log|linear)"/)?.[1];
    expect(scale(falling)).toBe('log');
    expect(scale([epoch(1, 0.02, null), epoch(2, 0.01, null)])).toBe('linear');
    expect(scale([epoch(1, 0.02, null), epoch(2, 0, null)])).toBe('linear');
  });

  it('draws one epoch without validation', async () => {
    const shown = words(await plotSvg(lossPlot([epoch(1, 0.02, null)], 700, 300)));
    expect(shown).toContain('training');
    expect(shown).not.toContain('validation');
    expect(shown.filter((word) => /^\d+$/.test(word))).toEqual(['1']);
  });

  it('does not depend on the machine: no font, no outside reference', async () => {
    const png = await svgPng(await plotSvg(lossPlot(falling, 300, 150)));
    const { width } = await sharp(png).metadata();
    expect(width).toBeGreaterThanOrEqual(600);
  });
});

describe('words as outlines', () => {
  const fonts = loadFonts();
  const drawn = (text: string): string =>
    outlineText(textLine(text, 10, 20, { size: 11, fill: '#000', anchor: 'middle' }), fonts);

  it('leaves no text element behind', async () => {
    const svg = outlineText(
      await plotSvg(classPlot([{ label: 3, images: 2, mse: 0.1, psnr: 10, ssim: 0.5 }], 0.1, 400, 200)),
    );
    expect(svg).not.toContain('<text');
    expect(svg).not.toContain('font-family');
  });

  it('has ink for every printable character', async () => {
    for (let code = 33; code < 127; code++) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="30">${drawn(String.fromCharCode(code))}</svg>`;
      const alpha = await sharp(Buffer.from(svg)).extractChannel(3).raw().toBuffer();
      const ink = alpha.reduce((sum, value) => sum + value, 0) / 255;
      expect(ink, `ink of ${String.fromCharCode(code)}`).toBeGreaterThan(1.2);
    }
  });

  it('draws digits in full: those of the middle anchor weigh as much as those of the left one', async () => {
    const ink = async (text: string, x: number, anchor: 'start' | 'middle'): Promise<number> => {
      const word = outlineText(textLine(text, x, 30, { size: 24, fill: '#000', anchor }), fonts);
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">${word}</svg>`;
      const alpha = await sharp(Buffer.from(svg)).extractChannel(3).raw().toBuffer();
      return alpha.reduce((sum, value) => sum + value, 0) / 255;
    };
    for (const digit of '0123456789') {
      const left = await ink(digit, 20, 'start');
      const middle = await ink(digit, 30, 'middle');
      expect(left).toBeGreaterThan(40);
      expect(middle / left).toBeCloseTo(1, 1);
    }
  });

  it('unescapes entities once', () => {
    const ampersand = drawn('&').replace(/ transform="[^"]*"/, '');
    const escaped = outlineText(
      '<text text-anchor="middle" font-size="11px" fill="#000">&amp;</text>',
      fonts,
    );
    expect(escaped.match(/d="[^"]*"/)?.[0]).toBe(ampersand.match(/d="[^"]*"/)?.[0]);
  });
});

describe('the palette', () => {
  /** Relative luminance and contrast, WCAG 2.2. */
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  };

  it.each(['light', 'dark'] as const)('is readable on paper and cards, %s', (form) => {
    for (const text of ['ink', 'muted', 'first', 'second'] as const) {
      for (const ground of ['paper', 'card'] as const) {
        expect(contrast(PALETTE[text][form], PALETTE[ground][form])).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('leaves no variable in a picture', async () => {
    expect(resolveColours(await plotSvg(lossPlot([epoch(1, 0.1, 0.1)], 300, 100)))).not.toContain('var(');
  });
});
