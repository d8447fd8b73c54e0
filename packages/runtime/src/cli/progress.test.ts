import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showProgress } from './progress.js';

let err = '';
const out = (): void => undefined;
const write = (text: string): void => {
  err += text;
};
beforeEach(() => {
  err = '';
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Ten thousand images in a minute, after a start of four seconds, up to the given one. */
function work(progress: ReturnType<typeof showProgress>, upTo: number): void {
  vi.advanceTimersByTime(4000);
  for (let image = 1; image <= upTo; image++) {
    progress.update(image);
    if (image % 10 === 0) vi.advanceTimersByTime(56);
  }
}

describe('progress', () => {
  it('in lines tells the time left by the speed after the start', () => {
    work(showProgress({ out, err: write }, 'encoding', 10_000), 9000);
    const told = [...err.matchAll(/encoding: (\d+) of 10000 images, \d+ images\/s {2}ETA 0:(\d\d)\n/g)];
    expect(told).toHaveLength(err.split('\n').length - 1);
    expect(told.length).toBeGreaterThan(3);
    for (const [, images, seconds] of told)
      expect(Math.abs(Number(seconds) - 0.0056 * (10_000 - Number(images)))).toBeLessThan(1);
  });

  it('in a bar tells no time left before it means something', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
    terminal.on('data', (bytes: Buffer) => write(bytes.toString()));
    const progress = showProgress({ out, err: write, terminal }, 'encoding', 10_000);
    work(progress, 3000);
    progress.stop();
    expect(err).toContain('0/10000 images  – images/s  ETA …');
    const told = [...err.matchAll(/(\d+)\/10000 images {2}\d+ images\/s {2}ETA ([\d:]+)/g)];
    expect(told.length).toBeGreaterThan(20);
    for (const [, images, left] of told) {
      expect(Number(images)).toBeGreaterThan(500);
      expect(left).toMatch(/^0:[345]\d$/);
    }
  });
});
