import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeChunkBody } from '../bitstream/chunk.js';
import { writeHeader } from '../bitstream/container-header.js';
import { writeFrame } from '../bitstream/frame.js';
import {
  type Chunk,
  type ContainerHeader,
  createContainerWriter,
  readContainer,
} from '../bitstream/index.js';
import { formatIdxImages, parseIdxImages } from '../idx/index.js';
import { createCodedBundle } from '../testing/coded-bundle.js';
import { noiseImages } from '../testing/expectations.js';
import { writeIdxOutput } from './image-outputs.js';
import { runCli } from './program.js';

let folder: string;
/** A container of ten images: its header, and its only chunk. */
let header: ContainerHeader;
let chunk: Chunk;
const path = (name: string): string => join(folder, name);
const bundle = (): string[] => ['--bundle', path('bundle')];

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
});

const streams = {
  out: (text: string) => {
    out += text;
  },
  err: (text: string) => {
    err += text;
  },
};
const convae = (...args: string[]): Promise<number> => runCli(args, streams);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-hostile-'));
  await mkdir(path('bundle'));
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(path('bundle'), name), bytes);
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(10)));
  await convae('encode', path('images.idx'), '-o', path('whole.cae'), ...bundle());
  const bytes = await readFile(path('whole.cae'));
  const read = await readContainer(
    (async function* () {
      yield bytes;
    })(),
  );
  header = read.header;
  for await (const only of read.chunks) chunk = { ...only, payload: only.payload.slice() };
});
afterAll(() => rm(folder, { recursive: true }));

/** A container with all checksums right, whose header says what the bundle does not have. */
async function writeForged(change: Partial<ContainerHeader>): Promise<string> {
  const pieces: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void pieces.push(bytes) };
  const writer = await createContainerWriter(sink, { ...header, ...change });
  await writer.writeChunk(chunk);
  await writer.finish();
  await writeFile(path('forged.cae'), Buffer.concat(pieces));
  return path('forged.cae');
}

/** A container without an index; no checksum is wrong. */
async function writeOpen(count: number, firstImages: readonly number[]): Promise<string> {
  const frames = firstImages.map((firstImage) =>
    writeFrame('chunk', writeChunkBody({ ...chunk, firstImage })),
  );
  await writeFile(path('open.cae'), Buffer.concat([writeHeader({ ...header, count }), ...frames]));
  return path('open.cae');
}

/** Expects exit code 1, one line that matches, and no file that was not there. */
async function expectRefused(message: RegExp, ...args: string[]): Promise<void> {
  const before = await readdir(folder);
  err = '';
  expect(await convae(...args)).toBe(1);
  expect(err).toMatch(message);
  expect(err).toMatch(/^convae: [^\n]+\n$/);
  expect(await readdir(folder)).toEqual(before);
}

describe('a container that names this bundle', () => {
  it.each<[string, Partial<ContainerHeader>, RegExp]>([
    ['with a quality', { quality: 9 }, /^convae: the bitstream has quality 9, the bundle has 0\.\.3\n/],
    ['with channels', { channels: 3 }, /^convae: the container holds images with 3 channels, tiny has 1\n/],
    ['with a prior', { prior: 'context' }, /^convae: tiny has no context prior/],
  ])('%s that it does not have is refused by every command', async (_, change, message) => {
    const forged = await writeForged(change);
    await expectRefused(message, 'verify', forged, ...bundle());
    for (const salvage of [[], ['--salvage']]) {
      for (const output of ['new.idx', 'new'])
        await expectRefused(message, 'decode', forged, '-o', path(output), ...bundle(), ...salvage);
      const extract = ['extract', forged, '--index', '2', '-o', path('new.png')];
      await expectRefused(message, ...extract, ...bundle(), ...salvage);
    }
    expect(await convae('info', forged)).toBe(0);
    expect(await convae('verify', forged)).toBe(0);
  });
});

describe('salvaging a container that names more images than its bytes can hold', () => {
  const decode = (file: string, output: string): string[] => [
    ...['decode', file, '-o', path(output), '--salvage'],
    ...bundle(),
  ];

  it('ends the IDX file with the last image of a whole chunk, and says so', async () => {
    const file = await writeOpen(20_000, [0]);
    const { size } = await stat(file);
    expect(await convae(...decode(file, 'saved.idx'), '--json')).toBe(0);
    expect(parseIdxImages(new Uint8Array(await readFile(path('saved.idx')))).count).toBe(10);
    const message = new RegExp(
      `the container names 20000 images, and its ${size} bytes hold at most \\d+ of 8×8: the IDX file ends with image 9$`,
    );
    expect(JSON.parse(out)).toMatchObject({
      images: 10,
      lost: [{ firstImage: 10, imageCount: 19_990 }],
      problems: [
        { code: 'DATA_TRUNCATED' },
        { code: 'DATA_INVALID', message: expect.stringMatching(message) },
      ],
    });
    expect(await convae(...decode(file, 'saved.idx'))).toBe(0);
    expect(err).toContain('the IDX file ends with image 9\n');
  });

  it('still fills in as many lost images as they can hold', async () => {
    expect(await convae(...decode(await writeOpen(25, [15]), 'filled.idx'))).toBe(0);
    const { count, data } = parseIdxImages(new Uint8Array(await readFile(path('filled.idx'))));
    expect(count).toBe(25);
    expect(data.subarray(0, 15 * 64).every((value) => value === 0)).toBe(true);
    expect(data.subarray(15 * 64).some((value) => value > 0)).toBe(true);
  });

  it('writes no IDX file where a whole chunk is that far behind, but PNG files', async () => {
    const file = await writeOpen(0, [1e6]);
    const message = /names image 1000009, and its \d+ bytes hold at most \d+ of 8×8: name a folder for -o\n/;
    await expectRefused(message, ...decode(file, 'far.idx'));
    expect(await convae(...decode(file, 'far'))).toBe(0);
    expect(await readdir(path('far'))).toHaveLength(10);
    expect(await readdir(path('far'))).toContain('1000009.png');
  });

  it('counts a whole chunk that is beyond what the header says', async () => {
    expect(await convae(...decode(await writeOpen(12, [0, 10]), 'beyond.idx'))).toBe(0);
    expect(parseIdxImages(new Uint8Array(await readFile(path('beyond.idx')))).count).toBe(20);
  });
});

describe('an IDX file of more images than 32 bits count', () => {
  it('is refused before anything is written', async () => {
    const images = (async function* (): AsyncGenerator<never> {})();
    const decoded = { height: 8, width: 8, channels: 1, count: 2 ** 32, images };
    await expect(writeIdxOutput(path('wrapped.idx'), decoded, streams)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'there are 4294967296 images, an IDX file holds at most 4294967295: name a folder for -o',
    });
    expect(await readdir(folder)).not.toContain('wrapped.idx');
  });
});
