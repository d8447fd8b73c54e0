import { expect, it, vi } from 'vitest';
import { onDemand } from './on-demand.js';

it('loads a module once, and again where that failed', async () => {
  const load = vi.fn(async () => {
    if (load.mock.calls.length === 1) throw new Error('offline');
    return { answer: 42 };
  });
  const module = onDemand(load);
  expect(load).not.toHaveBeenCalled();
  await expect(module()).rejects.toThrow('offline');
  expect(await module()).toEqual({ answer: 42 });
  expect(await module()).toBe(await module());
  expect(load).toHaveBeenCalledTimes(2);
});
