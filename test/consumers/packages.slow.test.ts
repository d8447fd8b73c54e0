import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, packPackage, temporaryFolder } from './project.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What a package of ES modules alone cannot do: be resolved the way of Node 10, or be required. */
const isOfOldNode = (problem: Problem): boolean =>
  'resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind);

describe.each(['runtime', 'train'])('the package %s', (name) => {
  let tarball: string;
  beforeAll(async () => {
    tarball = await packPackage(name, folder.path);
  }, 120_000);

  it('has no problems that publint knows', async () => {
    const { buffer } = await readFile(tarball);
    const { messages } = await publint({ pack: { tarball: buffer as ArrayBuffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has the types that are meant, wherever it is imported from', async () => {
    const checked = await checkPackage(createPackageFromTarballData(await readFile(tarball)));
    const problems = checked.types === false ? ['no types'] : checked.problems.filter((p) => !isOfOldNode(p));
    expect(problems).toEqual([]);
  });

  it('says what it is: licence, changelog, keywords, README', async () => {
    const unpacked = join(folder.path, name);
    await mkdir(unpacked);
    await execute(unpacked, 'tar', 'xzf', tarball, '--strip-components=1');
    const read = (file: string) => readFile(join(unpacked, file), 'utf8');
    const { version, license, keywords } = JSON.parse(await read('package.json'));
    expect(license).toBe('MIT');
    expect(keywords.length).toBeGreaterThan(3);
    expect(await read('LICENSE')).toContain('MIT License');
    expect(await read('CHANGELOG.md')).toContain(`## ${version}`);
    expect(await read('README.md')).toContain(`# @convae/${name}`);
  });
});
