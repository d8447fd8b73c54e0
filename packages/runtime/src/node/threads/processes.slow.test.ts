import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseImages } from '../../testing/expectations.js';

const REPOSITORY = new URL('../../../../../', import.meta.url);
const BUNDLE = fileURLToPath(new URL('models/mnist-rate-low', REPOSITORY));
const CONVAE = fileURLToPath(new URL('packages/runtime/bin/convae.js', REPOSITORY));
const built = (path: string): string =>
  JSON.stringify(new URL(`packages/runtime/dist/${path}`, REPOSITORY).href);

/** Begins a program with a codec whose two threads start with the second chunk. */
const BEGIN = `
  import { loadAnyBundle } from ${built('bundle/load.js')};
  import { openCodec } from ${built('node/load-codec.js')};
  import { bundleFolder } from ${built('node/folder.js')};
  const bundle = await loadAnyBundle(bundleFolder(${JSON.stringify(BUNDLE)}));
  const codec = await openCodec(bundle, { threads: 2 }, { startAfter: 0 });
  const count = 400;
  const data = Uint8Array.from({ length: count * 28 * 28 }, (_, i) => (i * 7919) % 251);
  const images = [{ data, count, height: 28, width: 28, channels: 1 }];
  const pieces = [];
  const options = { chunk: 16, prior: 'context' };
  const encode = (write) => codec.encodeContainer(images, { write: async (bytes) => write(bytes) }, options);
`;

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs node to its end; a process that does not end by itself is killed, and has no exit code. */
function node(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 100_000, killSignal: 'SIGKILL' }, (error, out, err) =>
      resolve({ code: error ? error.code : 0, out, err }),
    );
  });
}

const program = (code: string): Promise<Ended> => node('--input-type=module', '-e', BEGIN + code);

const LEAVE_EARLY = `
  await encode((bytes) => pieces.push(bytes.slice()));
  const decoded = await codec.decodeContainer((async function* () { yield* pieces; })());
  let left = 5;
  for await (const placed of decoded.images) if (left-- === 0) break;
`;

describe('a process with threads', () => {
  it.each([
    ['disposes of its codec', `${LEAVE_EARLY} await codec.dispose();`],
    ['forgets its codec', LEAVE_EARLY],
    [
      'leaves an iterator where it is',
      LEAVE_EARLY.replace('break', 'await codec.dispose()')
        .replace('for await', 'try { for await')
        .concat('} catch {}'),
    ],
  ])('ends by itself when it %s', async (_, code) => {
    expect(await program(`${code}; console.log('end');`)).toEqual({ code: 0, out: 'end\n', err: '' });
  });

  it.each([
    ['exits', 'process.exit(5)', 5],
    ['fails', "queueMicrotask(() => { throw new Error('own'); })", 1],
  ])('that %s while they work has the exit code that it should have', async (_, end, code) => {
    const ended = await program(`let chunks = 0; await encode(() => { if (chunks++ === 6) { ${end} } });`);
    expect(ended).toMatchObject({ code, out: '' });
    if (code === 5) expect(ended.err).toBe('');
    else expect(ended.err).toContain('Error: own');
  });
});

describe('convae', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes the same files with --threads 1, 2 and 3', async () => {
    const { data, count } = noiseImages(1000, 28, 28);
    const head = Buffer.alloc(16);
    for (const [i, value] of [0x803, count, 28, 28].entries()) head.writeUInt32BE(value, 4 * i);
    const input = join(folder, 'in.idx');
    await writeFile(input, Buffer.concat([head, data]));
    const written = async (threads: string) => {
      const [coded, out] = [join(folder, `${threads}.cae`), join(folder, `${threads}.idx`)];
      const options = ['--bundle', BUNDLE, '--threads', threads];
      const chunk = ['--chunk', '50', '--prior', 'context'];
      expect(await node(CONVAE, 'encode', input, '-o', coded, ...chunk, ...options)).toMatchObject({
        code: 0,
      });
      expect(await node(CONVAE, 'decode', coded, '-o', out, ...options)).toMatchObject({ code: 0 });
      return [await readFile(coded), await readFile(out)];
    };
    const one = await written('1');
    for (const threads of ['2', '3']) expect(await written(threads)).toEqual(one);
  }, 240_000);
});
