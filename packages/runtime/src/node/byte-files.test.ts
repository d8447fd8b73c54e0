import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileSink, openFileSource, streamSource } from './byte-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-bytes-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file sink', () => {
  it('gives the file its name when it is whole, in place of an older one', async () => {
    const path = join(folder, 'x.cae');
    await writeFile(path, 'older');
    const sink = await createFileSink(path);
    await sink.write(Uint8Array.of(1, 2));
    await sink.write(Uint8Array.of(3));
    expect(await readFile(path, 'utf8')).toBe('older');
    await sink.commit();
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual(['x.cae']);
  });

  it('leaves nothing when it is discarded', async () => {
    const sink = await createFileSink(join(folder, 'x.cae'));
    await sink.write(Uint8Array.of(1, 2));
    await sink.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('says where it cannot write', async () => {
    const path = join(folder, 'none', 'x.cae');
    await expect(createFileSink(path)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

describe('a file source', () => {
  it('reads anywhere, and as a stream', async () => {
    const path = join(folder, 'x');
    const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => i % 251);
    await writeFile(path, bytes);
    await using source = await openFileSource(path);
    expect(source.size).toBe(600_000);
    expect([...(await source.read(500_000, 4))]).toEqual([...bytes.subarray(500_000, 500_004)]);
    const pieces: Uint8Array[] = [];
    for await (const piece of streamSource(source)) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0);
    await expect(source.read(599_999, 2)).rejects.toMatchObject({ code: 'DATA_TRUNCATED' });
  });

  it('is a file that is there', async () => {
    await expect(openFileSource(join(folder, 'x'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
