import { describe, expect, it } from 'vitest';
import { latest } from './latest.js';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('latest', () => {
  it('runs once more after the present run, however often it was asked', async () => {
    let started = 0;
    const releases: (() => void)[] = [];
    const ask = latest(() => {
      started += 1;
      return new Promise((resolve) => releases.push(resolve));
    });
    for (let i = 0; i < 5; i++) ask();
    expect(started).toBe(1);
    releases[0]!();
    await turn();
    expect(started).toBe(2);
    releases[1]!();
    await turn();
    expect(started).toBe(2);
    ask();
    expect(started).toBe(3);
  });
});
