import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readingDisplay, trainingDisplay } from './progress.js';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.useFakeTimers();
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('reading ten thousand images in a minute, after a start of four seconds', () => {
  it('never tells of hours, and then how long it takes', () => {
    const display = readingDisplay();
    vi.advanceTimersByTime(4000);
    for (const step of ['sizes', 'pixels'] as const) {
      for (let done = 1; done <= 10_000; done++) {
        if (done % 64 === 1) display({ step, done, total: 10_000 });
        if (done % 10 === 0) vi.advanceTimersByTime(56);
      }
    }
    expect(lines[0]).toBe('reading sizes of the images: 1 of 10000  ETA …');
    const told = lines.filter((line) => !line.endsWith('ETA …'));
    expect(told.length).toBeGreaterThan(40);
    for (const line of told) {
      const [, done, seconds] = /: (\d+) of 10000 {2}ETA 0:(\d\d)$/.exec(line)!;
      expect(Math.abs(Number(seconds) - 0.0056 * (10_000 - Number(done)))).toBeLessThan(1);
    }
    expect(lines.filter((line) => line.includes('pixels'))[0]).toMatch(/ETA …$/);
  });
});

it('begins a new estimate for the files of another part', () => {
  const display = readingDisplay();
  for (const milliseconds of [10, 100]) {
    for (let done = 1; done <= 1000; done++) {
      display({ step: 'pixels', done, total: 1000 });
      vi.advanceTimersByTime(milliseconds);
    }
  }
  const second = lines.slice(
    lines.findLastIndex((line) => / \d{3,} of/.test(line) && line.endsWith('ETA 0:00')) + 1,
  );
  expect(second[0]).toMatch(/ETA …$/);
  const [, done, minutes, seconds] = / (\d+) of 1000 {2}ETA (\d):(\d\d)$/.exec(second[10]!)!;
  expect(Math.abs(60 * Number(minutes) + Number(seconds) - 0.1 * (1000 - Number(done)))).toBeLessThan(2);
});

describe('training', () => {
  it('tells the time left of all epochs, by the recent speed', () => {
    const display = trainingDisplay(10);
    const total = 60_000;
    for (let epoch = 1; epoch <= 2; epoch++) {
      for (let images = 1000; images <= total; images += 1000) {
        vi.advanceTimersByTime(epoch === 1 && images === 1000 ? 30_000 : 1000);
        display.progress({ epoch, epochs: 10, images, total, mse: 0.01, imagesPerSecond: 1000 });
      }
    }
    expect(lines[0]).toMatch(/^epoch 1\/10 1% .*ETA …$/);
    expect(lines.at(-1)).toMatch(/^epoch 2\/10 .*ETA 8:\d\d$/);
  });
});
