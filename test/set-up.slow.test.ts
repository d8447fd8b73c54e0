import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, finished } from './command.js';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What people start, and the name that it goes by. */
const ENTRIES = {
  'scripts/run.cjs': 'convae',
  'packages/runtime/bin/convae.js': 'convae',
  'packages/train/bin/convae-train.js': 'convae-train',
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae set-up '));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs an entry in a Node that says that it is of another version. */
async function startOn(version: string, entry: string): Promise<Finished> {
  const preload = join(folder, `${version}.cjs`);
  const versions = `{ ...process.versions, node: '${version}' }`;
  await writeFile(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
  const args = ['--require', preload, at(entry), '--help'];
  return finished(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe.each(Object.entries(ENTRIES))('%s', (entry, name) => {
  it.each(['8.17.0', '10.24.1', '18.20.8', '20.9.0'])(
    'says on Node %s that this is too old',
    async (version) => {
      const { code, stdout, stderr } = await startOn(version, entry);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        new RegExp(
          `^${name} needs Node 20\\.\\d+\\.0 or .*newer; this is Node ${version}\\. See https://\\S+\n$`,
        ),
      );
    },
  );

  it('holds no newer JavaScript than Node 10 reads', async () => {
    const code = await readFile(at(entry), 'utf8');
    const supported = { 'dynamic-import': true };
    const [old, present] = await Promise.all(
      ['node10', 'esnext'].map((target) => transform(code, { target, supported })),
    );
    expect(old!.code).toBe(present!.code);
  });
});

describe('engines.node', () => {
  it.each([
    ['20.18.3', false],
    ['20.19.0', true],
    ['20.20.2', true],
    ['21.7.3', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('of convae-train: Node %s: %s', async (version, enough) => {
    const { stderr } = await startOn(version, 'packages/train/bin/convae-train.js');
    expect(stderr.includes('needs Node')).toBe(!enough);
  });
});

interface Spawned {
  readonly program: string;
  readonly args: readonly string[];
  readonly shell: boolean;
}

describe('programs of the tasks', async () => {
  const { spawnCommand } = (await import(at('scripts/steps.mjs'))) as {
    spawnCommand(program: string, args: readonly string[], platform?: string): Spawned;
  };

  it('run without a shell, but for scripts on Windows, whose words are quoted', () => {
    const node = 'C:\\Program Files\\nodejs\\node.exe';
    const args = ['C:\\My Work\\tsc', '-b'];
    expect(spawnCommand(node, args, 'win32')).toEqual({ program: node, args, shell: false });
    expect(spawnCommand('npx', args, 'linux')).toEqual({ program: 'npx', args, shell: false });
    expect(spawnCommand('npx', ['--yes', 'pnpm@12.21.0', ...args], 'win32')).toEqual({
      program: 'npx --yes pnpm@12.21.0 "C:\\My Work\\tsc" -b',
      args: [],
      shell: true,
    });
  });
});
