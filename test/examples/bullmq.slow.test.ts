import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../../packages/runtime/src/idx/index.js';
import { createCodedBundle } from '../../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import { run } from '../command.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/bullmq/', import.meta.url));
const REDIS = spawnSync('redis-server', ['--version']).status === 0;
if (!REDIS) console.warn('SKIPPED: the BullMQ example: redis-server is not installed');

const SHARDS = 6;
/** Of each shard, and of each chunk. */
const IMAGES = 4;
/** A vanished worker's jobs come back after this time, milliseconds. */
const LOCK_MS = 3000;
const PATIENCE_MS = 300_000;

let root: string;
let folder: string;
const path = (name: string): string => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-bullmq-'));
  await mkdir(path('bundle'));
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(path('bundle'), name), bytes);
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(SHARDS * IMAGES)));
  const where = ['-o', path('whole.cae'), '--bundle', path('bundle'), '--chunk', String(IMAGES)];
  expect(await run('convae', ['encode', path('images.idx'), ...where])).toMatchObject({ code: 0 });
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});

/** A program of the example, what it said so far, and its end. */
interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly end: Promise<unknown>;
}

const started: Running[] = [];
afterEach(async () => {
  for (const each of started) killGroup(each);
  await Promise.all(started.splice(0).map(({ end }) => end));
});

/** Starts a program as the first of a process group, so that it can be killed with all that it started. */
function start(script: string, args: readonly string[], port: number): Running {
  const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${port}`, CONVAE_LOCK_MS: String(LOCK_MS) };
  const child = spawn(process.execPath, [join(EXAMPLE, script), ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  const running = { child, said: () => said, end: once(child, 'close') };
  started.push(running);
  return running;
}

/** As when a machine loses its power: -9 for the program and all that it started. */
function killGroup({ child }: Running): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until a program has said something so often. @throws Error where it ends before. */
async function hear({ child, said }: Running, pattern: RegExp, times = 1): Promise<void> {
  while ((said().match(pattern) ?? []).length < times) {
    if (child.exitCode !== null) throw new Error(`expected ${pattern}, received the end of:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startRedis(port: number): Promise<Running> {
  const redis = start('redis.mjs', [join(folder, 'redis'), '--port', String(port)], port);
  await hear(redis, /Ready to accept connections/g);
  return redis;
}

function produce(port: number): Running {
  const flags = ['--shards', String(SHARDS), '--chunk', String(IMAGES), '--bundle', path('bundle')];
  return start('produce.mjs', [path('images.idx'), '-o', join(folder, 'all.cae'), ...flags], port);
}

/** That the job ended well, with the bytes of one machine, and nothing half-written under any name that counts. */
async function expectWhole(producer: Running): Promise<void> {
  await producer.end;
  expect(producer.child.exitCode, producer.said()).toBe(0);
  expect(await readFile(join(folder, 'all.cae'))).toEqual(await readFile(path('whole.cae')));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cae'));
  expect(names).toHaveLength(SHARDS + 1);
}

/** Whether the last job that a worker began was not done when it ended. */
function interrupted({ said }: Running): boolean {
  const last = [...said().matchAll(/(\S+ \S+) begins/g)].at(-1)?.[1];
  return last !== undefined && !said().includes(`${last} is done`);
}

describe.runIf(REDIS)('the BullMQ example', () => {
  it('gives the bytes of one machine though workers are killed in the middle', {
    timeout: PATIENCE_MS,
  }, async () => {
    const port = await freePort();
    await startRedis(port);
    const producer = produce(port);
    const killed: Running[] = [];
    for (const begins of [2, 1]) {
      const worker = start('work.mjs', [], port);
      await hear(worker, /begins/g, begins);
      killGroup(worker);
      await worker.end;
      killed.push(worker);
    }
    expect(
      killed.filter(interrupted).length,
      killed.map(({ said }) => said()).join('\n--\n'),
    ).toBeGreaterThan(0);
    const last = start('work.mjs', [], port);
    await expectWhole(producer);
    expect(last.said()).toContain('merge');
  });

  it('goes on when Redis is killed and comes back with its file', { timeout: PATIENCE_MS }, async () => {
    const port = await freePort();
    const first = await startRedis(port);
    const producer = produce(port);
    const worker = start('work.mjs', [], port);
    await hear(worker, /is done/g, 2);
    killGroup(first);
    await first.end;
    expect(worker.said()).not.toContain('merge');
    await hear(worker, /waiting for Redis/g);
    await startRedis(port);
    await expectWhole(producer);
  });

  it('says why a job failed, and does not try a mistake again', { timeout: PATIENCE_MS }, async () => {
    const port = await freePort();
    await startRedis(port);
    const flags = ['--bundle', path('bundle'), '--quality', '99', '--shards', '1'];
    const producer = start('produce.mjs', [path('images.idx'), '-o', join(folder, 'no.cae'), ...flags], port);
    const worker = start('work.mjs', [], port);
    await producer.end;
    expect(producer.child.exitCode).toBe(1);
    expect(producer.said()).toContain('failed');
    expect(worker.said().match(/encode 1\/1 begins/g)).toHaveLength(1);
    expect(worker.said()).toContain('expected 0 to 3 for --quality');
  });
});
