import { expect, it } from 'vitest';
import { Arena } from './memory.js';

const overlap = (a: { start: number; bytes: number }, b: { start: number; bytes: number }): boolean =>
  a.start < b.start + b.bytes && b.start < a.start + a.bytes;

it('an arena gives out places that do not overlap, and freed ones again', () => {
  const arena = new Arena(1 << 20);
  const taken: { start: number; bytes: number }[] = [];
  for (let i = 0; i < 2000; i++) {
    const place = arena.take(((i * 7919) % 500) + 1);
    expect(taken.some((other) => overlap(place, other))).toBe(false);
    taken.push(place);
    if (taken.length > 20) arena.free(taken.splice((i * 31) % taken.length, 1)[0]!);
  }
  expect(arena.bytes).toBeLessThan(20 * 600 * 2);
  for (const place of taken) arena.free(place);
  const { bytes } = arena;
  arena.take(bytes - 64);
  expect(arena.bytes).toBe(bytes);
});

it('an arena refuses what is beyond its limit', () => {
  const arena = new Arena(1000);
  arena.take(500);
  expect(() => arena.take(500)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
});
