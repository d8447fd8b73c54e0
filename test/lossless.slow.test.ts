import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLosslessBundle } from '../packages/runtime/src/testing/lossless-bundle.js';
import { createTinyBundle } from '../packages/runtime/src/testing/tiny-bundle.js';
import { run } from './command.js';

/** Makes every import of ONNX Runtime fail in the process that loads it. */
const HOOK = `export async function resolve(specifier, context, next) {
  if (specifier.startsWith('onnxruntime')) throw new Error('loaded ' + specifier);
  return next(specifier, context);
}`;
const data = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const REGISTER = data(`import { register } from 'node:module'; register(${JSON.stringify(data(HOOK))});`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-without-'));
  process.env.NODE_OPTIONS = `--import=${REGISTER}`;
});
afterAll(async () => {
  delete process.env.NODE_OPTIONS;
  await rm(folder, { recursive: true });
});

async function check(contents: ReadonlyMap<string, Uint8Array>) {
  for (const [name, bytes] of contents) await writeFile(join(folder, name), bytes);
  return run('convae', ['check', folder, '--strict']);
}

it('a lossless bundle needs no ONNX Runtime, others do', { timeout: 240_000 }, async () => {
  expect(await check((await createLosslessBundle()).contents)).toMatchObject({ code: 0 });
  const other = await check((await createTinyBundle()).contents);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('onnxruntime-node') });
});
