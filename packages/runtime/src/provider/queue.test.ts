import { describe, expect, it } from 'vitest';
import { createRunQueue } from './queue.js';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('createRunQueue', () => {
  it('runs one task at a time, in order', async () => {
    const queue = createRunQueue();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await pause();
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => queue.enqueue(task(name))))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('goes on after a task that rejects or throws', async () => {
    const queue = createRunQueue();
    const rejects = queue.enqueue(() => Promise.reject(new Error('first')));
    const throws = queue.enqueue(() => {
      throw new Error('second');
    });
    const works = queue.enqueue(async () => 'third');
    await expect(rejects).rejects.toThrow('first');
    await expect(throws).rejects.toThrow('second');
    expect(await works).toBe('third');
  });
});
