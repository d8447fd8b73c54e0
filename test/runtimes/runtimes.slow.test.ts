import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFolder, packBundle } from '@convae/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, ROOT } from '../consumers/project.js';
import { serveFolder } from '../consumers/serve.js';
import { expectGoldenJson, goldenJson } from '../vectors/golden.js';
import { programOf, type RuntimeName, reportMissing } from './binaries.js';
import { buildWorker, startWorkerd } from './workerd.js';

const START_MS = 300_000;
const GOLDEN = 'builtin-runtimes.json';
const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));

let folder: string;
let server: Awaited<ReturnType<typeof serveFolder>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-runtimes-'));
  for (const name of ['mnist-reference', 'mnist-rate-medium', 'mnist-lossless'])
    await cp(join(ROOT, 'models', name), join(folder, name), { recursive: true });
  const tiny = bundleFolder(join(ROOT, 'test/vectors/data/tiny-context'));
  await writeFile(join(folder, 'tiny.convae'), await packBundle(tiny));
  server = await serveFolder(folder);
}, START_MS);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const address = (): string => `${server.origin}/`;

describe('the builtin entry', () => {
  it(
    'gives the stored bytes and pixels in Node',
    async () => {
      const output = await execute(ROOT, process.execPath, PROGRAM, address());
      expectGoldenJson(GOLDEN, JSON.parse(output));
    },
    START_MS,
  );

  const commands: readonly (readonly [RuntimeName, readonly string[]])[] = [
    ['Node 22', []],
    ['Node 24', []],
    ['deno', ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual']],
    ['bun', ['run']],
  ];
  for (const [name, flags] of commands) {
    const program = programOf(name);
    if (program === undefined) reportMissing(name);
    it.skipIf(program === undefined)(
      `gives the same in ${name}`,
      async () => {
        const output = await execute(ROOT, program!, ...flags, PROGRAM, address());
        expect(JSON.parse(output)).toEqual(goldenJson(GOLDEN));
      },
      START_MS,
    );
  }

  const workerd = programOf('workerd');
  if (workerd === undefined) reportMissing('workerd');
  it.skipIf(workerd === undefined)(
    'gives the same in workerd, which compiles nothing',
    async () => {
      await buildWorker(folder);
      await using running = await startWorkerd(workerd!, folder);
      const response = await fetch(`${running.origin}/?bundles=${encodeURIComponent(address())}`);
      const text = await response.text();
      expect(response.status, text).toBe(200);
      expect(JSON.parse(text)).toEqual(goldenJson(GOLDEN));
    },
    START_MS,
  );
});
