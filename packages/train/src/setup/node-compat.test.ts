import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { restoreUtilTypeTests } from './node-compat.js';

describe('type tests of node:util', () => {
  it('are there with the old answers, whatever Node has left of them', () => {
    const util: Record<string, (value: unknown) => boolean> = {};
    restoreUtilTypeTests(util);
    const answers = (name: string, values: unknown[]) => values.map((value) => util[name]?.(value));
    expect(answers('isNullOrUndefined', [null, undefined, 0, '', false])).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(answers('isObject', [{}, [], null, () => 0])).toEqual([true, true, false, false]);
    expect(answers('isArray', [[], {}])).toEqual([true, false]);
  });

  it('agree with those that this Node has', () => {
    const names = ['isArray', 'isBoolean', 'isNullOrUndefined', 'isObject', 'isString', 'isUndefined'];
    const values = '[null, undefined, 0, 1.5, "", "a", true, {}, [], () => 0]';
    const script = `const util = require('node:util'); console.log(JSON.stringify(${JSON.stringify(names)}.map(
      (name) => util[name] && ${values}.map((value) => util[name](value)))))`;
    const builtIn = JSON.parse(
      execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8' }),
    );
    restoreUtilTypeTests();
    const util = createRequire(import.meta.url)('node:util');
    for (const [index, name] of names.entries()) {
      const sample = [null, undefined, 0, 1.5, '', 'a', true, {}, [], () => 0];
      if (builtIn[index]) expect(sample.map((value) => util[name](value))).toEqual(builtIn[index]);
      expect(util[name](undefined)).toBe(name === 'isNullOrUndefined' || name === 'isUndefined');
    }
  });
});
