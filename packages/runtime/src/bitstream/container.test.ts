import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { bundleHash, canonicalJson } from './bundle-hash.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { openContainer } from './container-file.js';
import { HEADER_START_BYTES } from './container-header.js';
import { readContainer } from './container-stream.js';
import { createContainerWriter } from './container-writer.js';
import {
  header,
  MemorySink,
  readAll,
  sampleChunks,
  sourceOf,
  streamOf,
  writeContainer,
} from './containers.test.fixture.js';
import { crc32c } from './crc32c.js';

const code = (value: string) => expect.objectContaining({ code: value });
const payloads = (chunks: readonly { payload: Uint8Array }[]) => chunks.map(({ payload }) => [...payload]);

describe('container', () => {
  it.each([1, 7, 1000])('reads as a stream in pieces of %i bytes what was written', async (piece) => {
    const bytes = await writeContainer(sampleChunks);
    const { chunks, error } = await readAll(bytes, piece);
    expect(error).toBeUndefined();
    expect(payloads(chunks)).toEqual(payloads(sampleChunks));
    expect(chunks.map(({ firstImage, imageCount }) => [firstImage, imageCount])).toEqual([
      [0, 1],
      [1, 2],
      [3, 3],
      [6, 4],
    ]);
    expect(chunks.map(({ height, width }) => [height, width])).toEqual([
      [0, 0],
      [0, 0],
      [100, 300],
      [0, 0],
    ]);
    expect((await readContainer(streamOf(bytes))).header).toEqual(header);
  });

  it('finds an image by reading one chunk', async () => {
    const bytes = await writeContainer(sampleChunks);
    const reads: number[] = [];
    const source = sourceOf(bytes);
    const file = await openContainer({
      ...source,
      read: (offset, length) => {
        reads.push(length);
        return source.read(offset, length);
      },
    });
    expect(file.header).toEqual(header);
    expect(file.imageCount).toBe(10);
    expect(reads.reduce((a, b) => a + b, 0)).toBeLessThan(bytes.length / 2);
    reads.length = 0;
    const entry = file.entryOf(5);
    expect([...(await file.readChunk(entry)).payload]).toEqual([...sampleChunks[2]!.payload]);
    expect(reads).toEqual([entry.length]);
    for (const image of [-1, 10, 0.5, Number.NaN]) expect(() => file.entryOf(image)).toThrowError(RangeError);
  });

  it('holds no images, too', async () => {
    const bytes = await writeContainer([]);
    expect(await readAll(bytes)).toEqual({ chunks: [] });
    expect((await openContainer(sourceOf(bytes))).imageCount).toBe(0);
  });

  it('waits for the sink, and takes only what it needs of a stream', async () => {
    let release = () => {};
    const writer = await createContainerWriter({ write: () => undefined }, header);
    const slow = await createContainerWriter(
      {
        write: (bytes) =>
          bytes[0] === 0x9e
            ? new Promise((resolve) => {
                release = resolve;
              })
            : undefined,
      },
      header,
    );
    await writer.writeChunk(sampleChunks[0]!);
    const writing = slow.writeChunk(sampleChunks[0]!);
    await expect(slow.writeChunk(sampleChunks[1]!)).rejects.toThrowError(TypeError);
    release();
    await writing;
    expect(slow.imageCount).toBe(1);

    let given = 0;
    const bytes = await writeContainer(sampleChunks);
    async function* counted() {
      for (const byte of bytes) {
        given++;
        yield Uint8Array.of(byte);
      }
    }
    const { chunks } = await readContainer(counted());
    const first = await chunks.next();
    expect(first.value?.imageCount).toBe(1);
    const { entries } = await openContainer(sourceOf(bytes));
    expect(given).toBe(entries[1]!.offset);
    await chunks.return();
  });

  it('stays closed after a failed write', async () => {
    const writer = await createContainerWriter(
      { write: (bytes) => (bytes[0] === 0x9e ? Promise.reject(new Error('disk full')) : undefined) },
      header,
    );
    await expect(writer.writeChunk(sampleChunks[0]!)).rejects.toThrowError('disk full');
    await expect(writer.finish()).rejects.toThrowError(TypeError);
  });

  it('refuses wrong counts and values while writing', async () => {
    await expect(writeContainer(sampleChunks, { ...header, count: 9 })).rejects.toThrowError(RangeError);
    await expect(writeContainer(sampleChunks, { ...header, count: 10 })).resolves.toBeInstanceOf(Uint8Array);
    await expect(writeContainer([], { ...header, quality: 16 })).rejects.toThrowError(RangeError);
    await expect(writeContainer([], { ...header, height: 0 })).rejects.toThrowError(RangeError);
    await expect(writeContainer([{ imageCount: 0, payload: new Uint8Array(0) }])).rejects.toThrowError(
      RangeError,
    );
    await expect(
      writeContainer([{ imageCount: 1, height: 4, payload: new Uint8Array(0) }]),
    ).rejects.toThrowError(RangeError);
    const huge = { imageCount: 1, payload: new Uint8Array((16 << 20) + 1) };
    await expect(
      createContainerWriter(new MemorySink(), header).then((w) => w.writeChunk(huge)),
    ).rejects.toThrowError(RangeError);
  });

  it.each([1, 3, 4] as const)('names images of %i channels', async (channels) => {
    const bytes = await writeContainer([], { ...header, channels });
    expect((await readContainer(streamOf(bytes))).header.channels).toBe(channels);
  });

  it('refuses a number of channels that it does not know', async () => {
    const bytes = await writeContainer([]);
    const start = bytes.slice(0, HEADER_START_BYTES + bytes[6]!);
    start[HEADER_START_BYTES + header.bundleHash.length] = 3;
    const newer = new ByteWriter().bytes(start).u32(crc32c(start)).result();
    await expect(readContainer(streamOf(newer))).rejects.toThrowError(
      expect.objectContaining({ code: 'VERSION_UNSUPPORTED', message: expect.stringContaining('channels') }),
    );
  });

  it('skips header fields of a newer minor and refuses a newer major', async () => {
    const bytes = await writeContainer(sampleChunks);
    const length = bytes[6]!;
    const fields = bytes.subarray(HEADER_START_BYTES, HEADER_START_BYTES + length);
    const start = new ByteWriter()
      .bytes(bytes.subarray(0, 5))
      .u8(9)
      .u16(length + 3)
      .bytes(fields)
      .bytes(Uint8Array.of(1, 2, 3));
    const newer = start.u32(crc32c(start.result())).result();
    const stream = await readContainer(streamOf(newer));
    expect(stream.header).toEqual(header);
    const major = Uint8Array.from(bytes, (byte, i) => (i === 4 ? 2 : byte));
    expect((await readAll(major)).error).toEqual(code('VERSION_UNSUPPORTED'));
    await expect(openContainer(sourceOf(major))).rejects.toThrowError(code('VERSION_UNSUPPORTED'));
  });

  it('skips frames of kinds that it does not know', async () => {
    const bytes = await writeContainer(sampleChunks.slice(0, 1));
    const { entries } = await openContainer(sourceOf(bytes));
    const { offset, length } = entries[0]!;
    const body = Uint8Array.of(4, 5, 6);
    const checked = new ByteWriter()
      .bytes(Uint8Array.of(0x9e, 0x41, 0x42, 0x43))
      .u32(3)
      .result();
    const extra = new ByteWriter()
      .bytes(checked)
      .u32(crc32c(body, crc32c(checked)))
      .bytes(body)
      .result();
    const end = offset + length;
    const longer = Uint8Array.of(...bytes.subarray(0, end), ...extra, ...bytes.subarray(end));
    const { chunks, error } = await readAll(longer);
    expect(error).toBeUndefined();
    expect(chunks).toHaveLength(1);
    expect((await openContainer(sourceOf(longer))).imageCount).toBe(1);
  });

  it('refuses what is no container, and every truncation, giving the whole chunks before it', async () => {
    expect((await readAll(new TextEncoder().encode('<!doctype html>'))).error).toEqual(code('DATA_INVALID'));
    const bytes = await writeContainer(sampleChunks);
    const { entries } = await openContainer(sourceOf(bytes));
    for (let end = 0; end < bytes.length; end++) {
      const { chunks, error } = await readAll(bytes.subarray(0, end));
      expect(error).toBeInstanceOf(ConvaeError);
      expect(chunks).toHaveLength(entries.filter((entry) => entry.offset + entry.length <= end).length);
      await expect(openContainer(sourceOf(bytes.subarray(0, end)))).rejects.toThrowError(ConvaeError);
    }
    expect((await readAll(Uint8Array.of(...bytes, 0))).error).toEqual(code('DATA_INVALID'));
  });

  it('checks lengths before it takes memory', async () => {
    const bytes = await writeContainer(sampleChunks);
    const { entries } = await openContainer(sourceOf(bytes));
    const huge = bytes.slice();
    new DataView(huge.buffer).setUint32(entries[0]!.offset + 4, 0xffff_fff0, true);
    expect((await readAll(huge)).error).toEqual(code('LIMIT_EXCEEDED'));
  });
});

describe('bundle hash', () => {
  it('is taken over RFC 8785 JSON, so the order of keys does not matter', async () => {
    expect(canonicalJson({ b: [1, 0.1, 1e21, -0], a: { y: 'é"\n', x: null }, A: true })).toBe(
      '{"A":true,"a":{"x":null,"y":"é\\"\\n"},"b":[1,0.1,1e+21,0]}',
    );
    expect(await bundleHash({ a: 1, b: 2 })).toEqual(await bundleHash({ b: 2, a: 1 }));
    // printf '{"a":1,"b":2}' | sha256sum
    const reader = new ByteReader(await bundleHash({ a: 1, b: 2 }));
    expect([...reader.rest()].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(
      '43258cff783fe703',
    );
    expect(() => canonicalJson(Number.NaN)).toThrowError(TypeError);
  });
});
