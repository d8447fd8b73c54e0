import type { ImageBatch } from '@convae/runtime';
import { createRandom } from '@convae/train/kit';
import { describe, expect, it } from 'vitest';
import { measureCheckerboard } from './checkerboard.js';
import { measureArtifacts } from './measure.js';
import { measureSteps } from './steps.js';

const CELL = { height: 4, width: 4 };

function imagesOf(
  pixel: (x: number, y: number, n: number) => number,
  { count = 1, height = 12, width = 16, channels = 1 } = {},
): ImageBatch {
  const size = height * width * channels;
  const data = Uint8Array.from({ length: count * size }, (_, i) => {
    const place = Math.floor(i / channels);
    return pixel(place % width, Math.floor(place / width) % height, Math.floor(i / size));
  });
  return { data, count, height, width, channels };
}

describe('steps across and inside cells', () => {
  it('are equal on a ramp, whatever its direction', () => {
    for (const [dx, dy] of [
      [5, 0],
      [0, 5],
      [3, 2],
    ] as const) {
      const { border, inside, places } = measureSteps(
        imagesOf((x, y) => dx * x + dy * y, { height: 16 }),
        CELL,
      );
      expect(border).toBeCloseTo((dx + dy) / 2 / 255, 12);
      expect(inside).toBeCloseTo(border, 12);
      for (const place of places) expect(place).toBeCloseTo(border, 12);
    }
  });

  it('lie on the borders alone where cells are flat', () => {
    const flat = imagesOf((x, y) => ((Math.floor(x / 4) + Math.floor(y / 4)) % 2) * 51);
    const { border, inside, places } = measureSteps(flat, CELL);
    expect([border, inside]).toEqual([0.2, 0]);
    expect(places).toEqual([0, 0, 0, 0.2]);
    expect(measureArtifacts(flat, CELL).ratio).toBeNull();
  });

  it('of noise have a ratio near 1; an edge at every border raises it', () => {
    const random = createRandom(5);
    const noise = imagesOf(() => random.below(128), { count: 60 });
    expect(measureArtifacts(noise, CELL).ratio).toBeCloseTo(1, 1);
    const edged = { ...noise, data: noise.data.map((v, i) => v + (Math.floor((i % 16) / 4) % 2) * 120) };
    expect(measureArtifacts(edged, CELL).ratio).toBeGreaterThan(1.4);
  });

  it('take colours apart: three equal channels measure as one', () => {
    const pixel = (x: number, y: number): number => (x * 37 + y * 91) % 256;
    const [grey, colour] = [1, 3].map((channels) => measureArtifacts(imagesOf(pixel, { channels }), CELL));
    expect(colour!.ratio).toBeCloseTo(grey!.ratio!, 12);
    expect(colour!.cellPower).toBeCloseTo(grey!.cellPower, 12);
  });

  it('are refused for cells that images do not have', () => {
    for (const side of [1, 2.5, 12, 28]) {
      const measure = () =>
        measureSteps(
          imagesOf(() => 0),
          { height: side, width: side },
        );
      expect(measure).toThrow(RangeError);
    }
  });
});

/** |DFT / pixels|² of a 16×16 image at a frequency in cycles per pixel. */
function dftPower({ data, width, height }: ImageBatch, fx: number, fy: number): number {
  let [real, imaginary] = [0, 0];
  data.forEach((value, i) => {
    const angle = 2 * Math.PI * (fx * (i % width) + fy * Math.floor(i / width));
    real += (value / 255) * Math.cos(angle);
    imaginary += (value / 255) * Math.sin(angle);
  });
  return (real ** 2 + imaginary ** 2) / (width * height) ** 2;
}

describe('power at the checkerboard frequencies', () => {
  it('is that of the discrete Fourier transform', () => {
    const random = createRandom(9);
    const noise = imagesOf(() => random.below(256), { height: 16 });
    const frequencies = [0, 0.25, 0.5, 0.75];
    const all = frequencies.flatMap((fx) => frequencies.map((fy) => dftPower(noise, fx, fy)));
    const cell = all.reduce((sum, power) => sum + power, 0) - dftPower(noise, 0, 0);
    const pixel = dftPower(noise, 0.5, 0) + dftPower(noise, 0, 0.5) + dftPower(noise, 0.5, 0.5);
    const measured = measureCheckerboard(noise, CELL);
    expect(measured.cell).toBeCloseTo(cell, 10);
    expect(measured.pixel).toBeCloseTo(pixel, 10);
  });

  it('of a checkerboard of pixels is its squared amplitude', () => {
    const board = measureCheckerboard(
      imagesOf((x, y) => ((x + y) % 2) * 102),
      CELL,
    );
    expect(board.pixel).toBeCloseTo(0.04, 12);
    expect(board.cell).toBeCloseTo(0.04, 12);
  });

  it('is none in flat images', () => {
    const { cell, pixel } = measureCheckerboard(
      imagesOf(() => 200),
      CELL,
    );
    expect(Math.max(cell, pixel)).toBeLessThan(1e-30);
  });
});
