import { describe, expect, it } from 'vitest';
import { formatDuration, formatTimeLeft, TimeLeft } from './time-left.js';

/** What is told of `total` items, of which the i-th is done at so many seconds. */
function told(total: number, secondsAt: (item: number) => number, upTo = total) {
  let now = 0;
  const timeLeft = new TimeLeft(() => 1000 * now);
  return Array.from({ length: upTo }, (_, i) => {
    now = secondsAt(i + 1);
    return { seconds: now, end: secondsAt(total) - now, eta: timeLeft.at(i + 1, total - i - 1) };
  });
}

describe('the time left', () => {
  it('is near the truth from the first time that it is told, after a start of seconds', () => {
    // Ten thousand small images in a minute, the first of them after four seconds.
    const all = told(10_000, (image) => 4 + 0.0056 * (image - 1));
    const known = all.filter(({ eta }) => eta !== undefined);
    expect(known[0]!.seconds).toBeLessThan(7.1);
    for (const { eta, end } of known) expect(Math.abs(eta! - end)).toBeLessThan(0.5);
    expect(all.at(-1)!.eta).toBe(0);
  });

  it('is not told before three seconds and a hundredth of the work', () => {
    expect(told(100, (item) => 0.1 * item, 30).every(({ eta }) => eta === undefined)).toBe(true);
    expect(told(10_000, (item) => item, 100).every(({ eta }) => eta === undefined)).toBe(true);
    expect(told(10_000, (item) => item, 110).at(-1)!.eta).toBeCloseTo(9890, 6);
  });

  it('follows the speed of the later half', () => {
    const slowThenFast = (item: number): number => (item <= 100 ? item : 100 + 0.1 * (item - 100));
    const { eta, end } = told(3000, slowThenFast, 1200).at(-1)!;
    expect(eta! / end).toBeCloseTo(1, 1);
  });

  it('keeps few marks of long work, and is exact where work comes in large steps', () => {
    for (const { eta, end } of told(50, (epoch) => 600 * epoch).slice(1)) expect(eta).toBeCloseTo(end, 6);
    const late = told(200_000, (item) => 0.05 * item).filter(({ seconds }) => seconds > 110);
    expect(Math.max(...late.map(({ eta, end }) => Math.abs(eta! - end)).slice(-50_000))).toBeLessThan(1);
  });

  it('counts from where work goes on', () => {
    let now = 0;
    const timeLeft = new TimeLeft(() => now);
    timeLeft.at(900, 100);
    now = 5000;
    expect(timeLeft.at(910, 90)).toBe(45);
  });

  it('is not told of work that stands still', () => {
    let now = 0;
    const timeLeft = new TimeLeft(() => now);
    for (; now < 60_000; now += 250) expect(timeLeft.at(5, 5)).toBeUndefined();
  });
});

describe('the words for it', () => {
  it('are hours, minutes and seconds', () => {
    expect([0, 5.4, 65, 7207, -1].map(formatDuration)).toEqual(['0:00', '0:05', '1:05', '2:00:07', '0:00']);
    expect([formatTimeLeft(65), formatTimeLeft(undefined)]).toEqual(['ETA 1:05', 'ETA …']);
  });
});
