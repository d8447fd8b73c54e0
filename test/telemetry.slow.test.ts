import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Finished, finished } from './command.js';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const BUNDLE = at('models/mnist-reference');
const PARITY = new URL('../packages/train/dist/onnx/parity/ort.js', import.meta.url).href;

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'convae-telemetry-'));
});
afterEach(() => rm(temporary, { recursive: true, force: true }));

/** Run Node with a temporary folder of its own: there ONNX Runtime's telemetry would keep its state and a log. */
function node(...args: string[]): Promise<Finished> {
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
  const env = { ...inherited, TMPDIR: temporary };
  return finished(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

it('does not let ONNX Runtime report to its makers when a codec runs', async () => {
  const { code } = await node(at('packages/runtime/bin/convae.js'), 'check', BUNDLE);
  expect(code).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
});

it('nor when exported graphs are compared', async () => {
  const script = `
    const { openSession } = await import(${JSON.stringify(PARITY)});
    const { readFileSync } = await import('node:fs');
    const session = await openSession(readFileSync(${JSON.stringify(join(BUNDLE, 'encoder.onnx'))}));
    await session.release();`;
  const { code } = await node('--input-type=module', '-e', script);
  expect(code).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
});
