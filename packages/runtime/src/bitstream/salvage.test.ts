import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { openContainer } from './container-file.js';
import { writeHeader } from './container-header.js';
import { header, readAll, sampleChunks, sourceOf, writeContainer } from './containers.test.fixture.js';
import { salvageContainer } from './salvage.js';

const known = { ...header, count: 10 };

async function sample(head = header) {
  const bytes = await writeContainer(sampleChunks, head);
  return { bytes, entries: (await openContainer(sourceOf(bytes))).entries };
}

function damage(bytes: Uint8Array, at: number): Uint8Array {
  const damaged = bytes.slice();
  damaged[at]! ^= 0x10;
  return damaged;
}

const saved = async (bytes: Uint8Array) => {
  const salvage = await salvageContainer(sourceOf(bytes));
  return { ...salvage, first: salvage.container.entries.map((entry) => entry.firstImage) };
};

describe('salvageContainer', () => {
  it('finds nothing lost in a whole container', async () => {
    const { bytes } = await sample();
    const { first, lost, imageCount, problems } = await saved(bytes);
    expect({ first, lost, imageCount, problems }).toEqual({
      first: [0, 1, 3, 6],
      lost: [],
      imageCount: 10,
      problems: [],
    });
  });

  it('loses the damaged chunk only, wherever the damage is', async () => {
    const { bytes, entries } = await sample();
    for (const { offset, length, firstImage, imageCount } of entries) {
      for (let at = offset; at < offset + length; at++) {
        const { lost, first, container } = await saved(damage(bytes, at));
        expect(lost).toEqual([{ firstImage, imageCount }]);
        expect(first).toEqual([0, 1, 3, 6].filter((image) => image !== firstImage));
        await expect(container.readChunk(container.entries[0]!)).resolves.toBeDefined();
      }
    }
  });

  it('does not take what the source throws for damage', async () => {
    const { bytes, entries } = await sample();
    for (const own of [new Error('no network'), new ConvaeError('ABORTED', 'enough')]) {
      for (const from of [0, entries[1]!.offset]) {
        const source = sourceOf(bytes);
        const read: typeof source.read = async (offset, length) => {
          if (offset >= from && offset < from + 10) throw own;
          return source.read(offset, length);
        };
        await expect(salvageContainer({ ...source, read })).rejects.toBe(own);
      }
    }
  });

  it('counts whole chunks that are beyond what the header says', async () => {
    const { bytes, entries } = await sample(known);
    const last = entries.at(-1)!;
    const few = { ...known, count: 5 };
    const forged = Uint8Array.of(
      ...writeHeader(few),
      ...bytes.subarray(entries[0]!.offset, last.offset + last.length),
    );
    const { imageCount, lost, first } = await saved(forged);
    expect({ imageCount, lost, first }).toEqual({ imageCount: 10, lost: [], first: [0, 1, 3, 6] });
  });

  it('does without the header or without the index, not without both', async () => {
    const { bytes, entries } = await sample(known);
    const headerEnd = entries[0]!.offset;
    const indexStart = entries.at(-1)!.offset + entries.at(-1)!.length;
    for (let at = 0; at < headerEnd; at++) {
      const { first, container, problems } = await saved(damage(bytes, at));
      expect(first).toEqual([0, 1, 3, 6]);
      expect(container.header).toEqual(known);
      expect(problems).toHaveLength(1);
    }
    for (let at = indexStart; at < bytes.length; at++) {
      const { first, lost, problems } = await saved(damage(bytes, at));
      expect({ first, lost }).toEqual({ first: [0, 1, 3, 6], lost: [] });
      expect(problems).toHaveLength(1);
    }
    const neither = damage(damage(bytes, 9), indexStart + 9);
    await expect(salvageContainer(sourceOf(neither))).rejects.toThrowError(ConvaeError);
  });

  it('saves every whole chunk of a truncated container and tells what is lost where the count is known', async () => {
    for (const head of [header, known]) {
      const { bytes, entries } = await sample(head);
      for (let end = entries[0]!.offset; end < bytes.length; end++) {
        const whole = entries.filter((entry) => entry.offset + entry.length <= end);
        const { container, lost, imageCount } = await saved(bytes.subarray(0, end));
        expect(container.entries).toEqual(whole);
        const next = whole.reduce((sum, entry) => sum + entry.imageCount, 0);
        expect(imageCount).toBe(head.count || undefined);
        expect(lost).toEqual(head.count && next < 10 ? [{ firstImage: next, imageCount: 10 - next }] : []);
      }
    }
  });

  it('finds chunks after bytes were inserted or removed', async () => {
    const { bytes, entries } = await sample(known);
    const cut = entries[1]!.offset + 14;
    for (const shifted of [
      Uint8Array.of(...bytes.subarray(0, cut), 1, 2, 3, ...bytes.subarray(cut)),
      Uint8Array.of(...bytes.subarray(0, cut), 1, 2, 3, ...bytes.subarray(cut, bytes.length - 9)),
      Uint8Array.of(...bytes.subarray(0, cut), ...bytes.subarray(cut + 1, bytes.length - 9)),
    ]) {
      const { first, lost } = await saved(shifted);
      expect(first).toEqual([0, 3, 6]);
      expect(lost).toEqual([{ firstImage: 1, imageCount: 2 }]);
      expect((await readAll(shifted)).error).toBeInstanceOf(ConvaeError);
    }
  });

  it('finds markers across windows, and gives up in time where false ones abound', async () => {
    const payload = new Uint8Array(65_536 + 50);
    const bytes = await writeContainer([{ imageCount: 1, payload }, ...sampleChunks], header);
    expect((await saved(bytes.subarray(0, bytes.length - 1))).first).toEqual([0, 1, 2, 4, 7]);

    const hostile = new Uint8Array(4 << 20);
    hostile.set(bytes.subarray(0, 40));
    const view = new DataView(hostile.buffer);
    for (let at = 40; at + 12 < hostile.length; at += 12) {
      hostile.set([0x9e, 0x43, 0x48, 0x4b], at);
      view.setUint32(at + 4, 1 << 20, true);
    }
    await expect(salvageContainer(sourceOf(hostile))).rejects.toThrowError(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });
});
