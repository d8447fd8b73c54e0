import { describe, expect, it, vi } from 'vitest';
import { latest } from './latest.js';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('latest', () => {
  it('runs once more after the present run, however often it was asked', async () => {
    let started = 0;
    const releases: (() => void)[] = [];
    const failed = vi.fn();
    const ask = latest(() => {
      started += 1;
      return new Promise((resolve) => releases.push(resolve));
    }, failed);
    for (let i = 0; i < 5; i++) void ask();
    expect(started).toBe(1);
    releases[0]!();
    await turn();
    expect(started).toBe(2);
    releases[1]!();
    await turn();
    expect(started).toBe(2);
    void ask();
    expect(started).toBe(3);
    expect(failed).not.toHaveBeenCalled();
  });

  it('tells what a run failed with, and runs when it is asked again, or was asked meanwhile', async () => {
    let started = 0;
    const failed = vi.fn();
    const ask = latest(async () => {
      started += 1;
      await turn();
      if (started < 3) throw new Error(`run ${started}`);
    }, failed);
    await ask();
    expect(failed.mock.calls).toEqual([[new Error('run 1')]]);
    void ask();
    await ask();
    expect(started).toBe(3);
    expect(failed.mock.calls.slice(1)).toEqual([[new Error('run 2')]]);
  });

  it('is over when the last run is', async () => {
    let done = 0;
    const ask = latest(async () => {
      await turn();
      done += 1;
    }, vi.fn());
    const first = ask();
    void ask();
    await first;
    expect(done).toBe(2);
  });
});
