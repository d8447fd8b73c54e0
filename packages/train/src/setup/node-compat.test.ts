import { describe, expect, it } from 'vitest';
import { restoreUtilTypeTests } from './node-compat.js';

describe('type tests of node:util', () => {
  it('adds those that Node 23 removed, with the old answers', () => {
    const util: Record<string, unknown> = {};
    expect(restoreUtilTypeTests(util)).toContain('isNullOrUndefined');
    const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([null, undefined, 0, '', false].map(isNullOrUndefined)).toEqual([true, true, false, false, false]);
    const isObject = util.isObject as (value: unknown) => boolean;
    expect([{}, [], null, () => 0].map(isObject)).toEqual([true, true, false, false]);
  });

  it('keeps those that are there', () => {
    const own = (): boolean => true;
    const util: Record<string, unknown> = { isNullOrUndefined: own };
    expect(restoreUtilTypeTests(util)).not.toContain('isNullOrUndefined');
    expect(util.isNullOrUndefined).toBe(own);
  });

  it('leaves node:util complete and is safe to repeat', () => {
    restoreUtilTypeTests();
    expect(restoreUtilTypeTests()).toEqual([]);
  });
});
