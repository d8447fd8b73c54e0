import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT } from './consumers/project.js';

function git(...args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  // 1: grep has found nothing.
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!existsSync(`${ROOT}/.git`))('the tracked files', () => {
  it('hold no marks of a conflict', () => {
    expect(git('ls-files')).toContain('package.json');
    expect(git('grep', '-nIE', '^(<{7}|>{7})( |$)')).toEqual([]);
  });

  it('name no folder of somebody’s own', () => {
    // "me" is who the tests' examples belong to.
    expect(git('grep', '-nIP', '/(home|Users)/(?!me\\b)\\w')).toEqual([]);
  });

  it('hold nothing compiled beside the sources', () => {
    const sources = git('ls-files', 'packages/*/src/*');
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((name) => /\.(js|js\.map|d\.ts\.map)$/.test(name))).toEqual([]);
  });
});
