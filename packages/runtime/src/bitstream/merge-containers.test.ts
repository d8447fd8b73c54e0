import { describe, expect, it } from 'vitest';
import type { ContainerHeader } from './container-header.js';
import type { NewChunk } from './container-writer.js';
import { header, MemorySink, sampleChunks, sourceOf, writeContainer } from './containers.test.fixture.js';
import { type MergePart, type MergeSummary, mergeContainers } from './merge-containers.js';

const code = (value: string, message: RegExp) =>
  expect.objectContaining({ code: value, message: expect.stringMatching(message) });

async function merged(
  parts: readonly (Uint8Array | MergePart)[],
): Promise<MergeSummary & { output: Uint8Array }> {
  const sink = new MemorySink();
  const sources = parts.map((part) => (part instanceof Uint8Array ? sourceOf(part) : part));
  const summary = await mergeContainers(sources, sink);
  return { ...summary, output: sink.bytes() };
}

const counting = (chunks: readonly NewChunk[], head: ContainerHeader = header): Promise<Uint8Array> =>
  writeContainer(chunks, { ...head, count: chunks.reduce((sum, { imageCount }) => sum + imageCount, 0) });

describe('mergeContainers', () => {
  it.each([
    ['that say their counts', counting],
    ['that do not', writeContainer],
  ])('gives the bytes that one writer writes, for parts %s', async (_kind, write) => {
    const whole = await write(sampleChunks);
    for (const cuts of [[4], [0, 4], [1, 4], [1, 2, 3, 4], [2, 2, 4, 4]]) {
      const slices = cuts.map((end, i) => sampleChunks.slice(cuts[i - 1] ?? 0, end));
      const result = await merged(await Promise.all(slices.map((chunks) => write(chunks))));
      expect(result.output).toEqual(whole);
      expect(result).toMatchObject({ images: 10, chunks: 4, bytes: whole.length });
    }
  });

  it('leaves the count open where a part does not say its own', async () => {
    const parts = [await counting(sampleChunks.slice(0, 2)), await writeContainer(sampleChunks.slice(2))];
    expect((await merged(parts)).output).toEqual(await writeContainer(sampleChunks));
  });

  it('writes the sizes of images as one writer does, whose header has that of the first image', async () => {
    const payload = Uint8Array.of(1, 2, 3);
    const sized = (height: number, width: number): ContainerHeader => ({ ...header, height, width });
    const empty = await counting([], sized(28, 28));
    const first = await counting([{ imageCount: 1, payload }], sized(10, 20));
    const second = await counting(
      [
        { imageCount: 2, payload },
        { imageCount: 1, payload, height: 10, width: 20 },
      ],
      sized(30, 40),
    );
    const whole = [
      { imageCount: 1, payload },
      { imageCount: 2, payload, height: 30, width: 40 },
      { imageCount: 1, payload },
    ];
    expect((await merged([empty, first, second])).output).toEqual(await counting(whole, sized(10, 20)));
  });

  it.each<[string, Partial<ContainerHeader>]>([
    ['another bundle than part 1', { bundleHash: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 9) }],
    ['expected 3 for quality of part 2, as in part 1, received 4', { quality: 4 }],
    ['expected factorized for prior of part 2', { prior: 'context' }],
    ['expected 1 for channels of part 2', { channels: 3 }],
  ])('refuses parts that do not belong together: %s', async (message, other) => {
    for (const chunks of [sampleChunks, []]) {
      const sink = new MemorySink();
      const parts = [await counting(sampleChunks), await counting(chunks, { ...header, ...other })];
      const merging = mergeContainers(parts.map(sourceOf), sink);
      await expect(merging).rejects.toThrowError(code('DATA_INVALID', new RegExp(message)));
      expect(sink.pieces).toEqual([]);
    }
  });

  it('refuses every truncation and every damaged byte that matters, naming the part', async () => {
    const [good, bad] = [await counting(sampleChunks), await counting(sampleChunks.slice(2))];
    for (let end = 0; end < bad.length; end++) {
      const merging = merged([good, { ...sourceOf(bad.subarray(0, end)), name: 'bad.cae' }]);
      await expect(merging).rejects.toThrowError(
        expect.objectContaining({ name: 'ConvaeError', message: expect.stringMatching(/^bad\.cae: /) }),
      );
    }
    const whole = (await merged([good, bad])).output;
    for (let at = 0; at < bad.length; at++) {
      const damaged = Uint8Array.from(bad, (byte, i) => (i === at ? byte ^ 0x10 : byte));
      const output = await merged([good, damaged]).then(
        (result) => result.output,
        (error: unknown) => error,
      );
      if (output instanceof Uint8Array) expect(output).toEqual(whole);
      else expect(output).toMatchObject({ name: 'ConvaeError' });
    }
  });

  it('reads a chunk when the one before is written, and looks at all parts before it writes', async () => {
    const parts = [await counting(sampleChunks), await counting(sampleChunks)];
    const state = { written: 0, unwritten: 0, most: 0, readFirst: 0 };
    const watched = parts.map((bytes) => ({
      size: bytes.length,
      read: async (offset: number, length: number) => {
        if (state.written === 0) state.readFirst++;
        const piece = bytes.subarray(offset, offset + length);
        if (piece[0] === 0x9e && piece[1] === 0x43) state.most = Math.max(state.most, ++state.unwritten);
        return piece;
      },
    }));
    await mergeContainers(watched, {
      write: (bytes) => {
        state.written++;
        if (bytes[0] === 0x9e) state.unwritten = 0;
      },
    });
    // Header in two reads, end, index: of each part.
    expect(state).toMatchObject({ readFirst: 8, most: 1 });
  });

  it('refuses a part that changes between looking and copying', async () => {
    const [before, after] = [await counting(sampleChunks), await counting(sampleChunks.slice(0, 3))];
    let reads = 0;
    const changing: MergePart = {
      size: before.length,
      read: async (offset, length) => (reads++ < 4 ? before : after).subarray(offset, offset + length),
    };
    await expect(merged([changing])).rejects.toThrowError(expect.objectContaining({ name: 'ConvaeError' }));
    await expect(merged([])).rejects.toThrowError(TypeError);
  });
});
