import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBundle } from '@convae/runtime/core';
import { openBundle } from '@convae/runtime/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../files/sha256.js';
import { type NpmPackageOptions, packageName, writeNpmPackage } from './npm-package.js';

const BUNDLE = fileURLToPath(new URL('../../../../test/vectors/data/tiny-context', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-npm-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, changes: Partial<NpmPackageOptions> = {}): Promise<string> {
  const output = join(folder, name);
  await writeNpmPackage({
    output,
    npm: packageName('@me/digits@1.2.0'),
    license: 'MIT',
    decoderOnly: false,
    bundle: await openBundle(BUNDLE),
    card: '# tiny\n\nBundle of an architecture.\n\n## Measured\n\nMuch.\n',
    pictures: { 'loss.png': Uint8Array.of(1) },
    ...changes,
  });
  return output;
}

const textOf = (output: string, name: string): Promise<string> => readFile(join(output, name), 'utf8');

describe('a package for npm', () => {
  it('has the pack, types, card and all that its package.json names', async () => {
    const output = await write('whole');
    const own = JSON.parse(await textOf(output, 'package.json'));
    expect(own).toMatchObject({ name: '@me/digits', version: '1.2.0', license: 'MIT', type: 'module' });
    const { version } = JSON.parse(
      await readFile(new URL('../../../runtime/package.json', import.meta.url), 'utf8'),
    );
    expect(own.dependencies).toEqual({ '@convae/runtime': version });
    expect(own).not.toHaveProperty('peerDependencies');
    const names = ['package.json', 'README.md', ...own.files];
    expect((await readdir(output)).sort()).toEqual(names.sort());
    expect(own.files).toEqual(['index.js', 'index.d.ts', 'digits.convae', 'loss.png']);
    const card = await textOf(output, 'README.md');
    expect(card).toMatch(/^# @me\/digits\n/);
    expect(card).toMatch(/## Model card\n\nBundle of an architecture\.\n\n### Measured\n/);
  });

  it('loads the pack by its SHA-256, in one line that names the runtime', async () => {
    const output = await write('hashed');
    const pack = await readFile(join(output, 'digits.convae'));
    const script = await textOf(output, 'index.js');
    expect(script).toContain(`sha256=${sha256(pack)}`);
    expect(script.match(/@convae\//g)).toHaveLength(1);
    const { manifest, encoder } = await loadBundle(await openBundle(join(output, 'digits.convae')));
    expect(encoder?.length).toBe(manifest.encoder.bytes);
  });

  it('may leave the encoder out', async () => {
    const output = await write('decoder', { decoderOnly: true });
    const { encoder } = await loadBundle(await openBundle(join(output, 'digits.convae')));
    expect(encoder).toBeUndefined();
    expect(await textOf(output, 'README.md')).not.toContain('codec.encode');
    expect(await textOf(output, 'index.d.ts')).toContain('It has no encoder.');
  });

  it('replaces an older package, and no other folder', async () => {
    const output = await write('again');
    await write('again', { license: 'CC0-1.0' });
    expect(await textOf(output, 'package.json')).toContain('CC0-1.0');
    const project = join(folder, 'project');
    await mkdir(project);
    for (const name of ['package.json', 'main.js']) await writeFile(join(project, name), 'mine');
    await expect(write('project')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await textOf(project, 'package.json')).toBe('mine');
  });
});

describe('the name of a package', () => {
  it.each([
    ['digits', { name: 'digits', version: '1.0.0' }],
    ['@me/digits', { name: '@me/digits', version: '1.0.0' }],
    ['digits@0.2.0-beta.1', { name: 'digits', version: '0.2.0-beta.1' }],
  ])('%s is taken', (text, expected) => expect(packageName(text)).toEqual(expected));

  it.each(['', '@', 'Digits', '../x', '@me/../x', 'a/b', '@me', 'digits@', 'digits@1', 'a b', '.x', "x'"])(
    '%j is refused',
    (text) => expect(() => packageName(text)).toThrow('expected a name that npm takes'),
  );
});
