import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../packages/runtime/src/idx/index.js';
import { createCodedBundle } from '../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../packages/runtime/src/testing/expectations.js';
import { run } from './command.js';

const BIN = fileURLToPath(new URL('../packages/runtime/bin/convae.js', import.meta.url));
const SIGNALS: [NodeJS.Signals, number][] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
];

let root: string;
let bundle: string;
let folder: string;
/** Where the command puts what it takes from standard input: `TMPDIR`. */
let temporary: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-interrupt-'));
  bundle = join(root, 'bundle');
  await mkdir(bundle);
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(bundle, name), bytes);
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  temporary = join(folder, 'tmp');
  await mkdir(temporary);
});

const path = (name: string): string => join(folder, name);

function convae(...args: string[]): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return spawn(process.execPath, [BIN, ...args, '--bundle', bundle], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

const exitOf = (child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));

const namesIn = async (where: string): Promise<string[]> => (await readdir(where)).sort();

/** The hidden names in a folder, once there is one. */
async function hidden(where: string): Promise<string[]> {
  for (;;) {
    const names = (await namesIn(where)).filter((name) => name.startsWith('.'));
    if (names.length > 0) return names;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** More images than are sent: the command waits for the rest. */
const begunIdx = (): Uint8Array => formatIdxImages(noiseImages(5000)).subarray(0, 3000 * 64);

describe('convae, interrupted', () => {
  it.each(SIGNALS)(
    'by %s, encode leaves an older container as it was, and no part of a new one',
    async (name, code) => {
      await writeFile(path('out.cae'), 'older');
      const child = convae('encode', '-', '-o', path('out.cae'));
      const exit = exitOf(child);
      child.stdin!.write(begunIdx());
      expect(await hidden(folder)).toHaveLength(1);
      child.kill(name);
      expect(await exit).toEqual({ code, signal: null });
      expect(await namesIn(folder)).toEqual(['out.cae', 'tmp']);
      expect(await readFile(path('out.cae'), 'utf8')).toBe('older');
    },
  );

  it('encode to standard output leaves nothing among the temporary files', async () => {
    const child = convae('encode', '-', '-o', '-');
    const exit = exitOf(child);
    child.stdin!.write(begunIdx());
    await hidden(temporary);
    child.kill('SIGINT');
    expect(await exit).toEqual({ code: 130, signal: null });
    expect(await namesIn(temporary)).toEqual([]);
  });

  it.each([
    ['decode', '-o', 'out.idx'],
    ['extract', '--index', '0', '-o', 'out.png'],
  ])('%s leaves nothing of the container on standard input', async (command, ...flags) => {
    const child = convae(command, '-', ...flags.slice(0, -1), path(flags.at(-1)!));
    const exit = exitOf(child);
    child.stdin!.write('CONV');
    await hidden(temporary);
    child.kill('SIGINT');
    expect(await exit).toEqual({ code: 130, signal: null });
    expect(await namesIn(temporary)).toEqual([]);
    expect(await namesIn(folder)).toEqual(['tmp']);
  });

  it('decode leaves no part of a folder of PNG files, and what was there as it was', async () => {
    await writeFile(path('images.idx'), formatIdxImages(noiseImages(20_000)));
    const encoded = await run('convae', [
      ...['encode', path('images.idx'), '-o', path('images.cae'), '--bundle', bundle],
    ]);
    expect(encoded.code).toBe(0);
    await mkdir(path('out'));
    await writeFile(path('out/00000.png'), 'older');
    const before = await namesIn(folder);
    const child = convae('decode', path('images.cae'), '-o', path('out'));
    const exit = exitOf(child);
    const [name] = await hidden(folder);
    // Some of the files are written, others are being written.
    await expect
      .poll(async () => (await readdir(path(name!))).length, { timeout: 20_000 })
      .toBeGreaterThan(50);
    child.kill('SIGINT');
    expect(await exit).toEqual({ code: 130, signal: null });
    expect(await namesIn(folder)).toEqual(before);
    expect(await readFile(path('out/00000.png'), 'utf8')).toBe('older');
    expect(await namesIn(path('out'))).toEqual(['00000.png']);
  });

  it('may be run again afterwards', async () => {
    const child = convae('encode', '-', '-o', path('out.cae'));
    const exit = exitOf(child);
    child.stdin!.write(begunIdx());
    await hidden(folder);
    child.kill('SIGINT');
    await exit;
    await writeFile(path('images.idx'), formatIdxImages(noiseImages(10)));
    const args = ['encode', path('images.idx'), '-o', path('out.cae'), '--bundle', bundle];
    expect((await run('convae', args)).code).toBe(0);
    expect(await namesIn(folder)).toEqual(['images.idx', 'out.cae', 'tmp']);
  });
});
