import {
  type Chunk,
  type ContainerHeader,
  createContainerWriter,
  IMAGE_CHANNELS,
  type ImageStream,
  type NewChunk,
  openContainer,
  readContainer,
  readImageStream,
  salvageContainer,
  writeImageStream,
} from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { expectGolden, expectGoldenJson, fromHex, golden, goldenJson, toHex } from './golden.js';

const payload = Uint8Array.of(0xca, 0xe0, 0x01);

const images: readonly ImageStream[] = [
  { prior: 'factorized', quality: 0, payload },
  { prior: 'context', quality: 15, payload },
  { prior: 'factorized', quality: 7, size: { height: 1, width: 256 }, payload },
  { prior: 'context', quality: 7, size: { height: 257, width: 4096 }, payload },
  { prior: 'factorized', quality: 1, size: { height: 4097, width: 16_384 }, payload },
  { prior: 'factorized', quality: 4, payload: new Uint8Array(0) },
];

const header: ContainerHeader = {
  bundleHash: Uint8Array.of(0x43, 0x25, 0x8c, 0xff, 0x78, 0x3f, 0xe7, 0x03),
  channels: 1,
  height: 28,
  width: 28,
  count: 303,
  prior: 'context',
  quality: 9,
};

const chunks: readonly NewChunk[] = [
  { imageCount: 300, payload: Uint8Array.from({ length: 200 }, (_, i) => (i * 7) & 255) },
  { imageCount: 1, height: 30, width: 500, payload: Uint8Array.from({ length: 33 }, (_, i) => 255 - i) },
  { imageCount: 2, payload: new Uint8Array(0) },
];

async function containerBytes(head = header, written = chunks): Promise<Uint8Array> {
  const pieces: number[] = [];
  const writer = await createContainerWriter({ write: (bytes) => void pieces.push(...bytes) }, head);
  for (const chunk of written) await writer.writeChunk(chunk);
  await writer.finish();
  return Uint8Array.from(pieces);
}

const described = ({ firstImage, imageCount, height, width, payload: bytes }: Chunk) => ({
  firstImage,
  imageCount,
  height,
  width,
  payload: toHex(bytes),
});

describe('bitstream vectors', () => {
  it('hold single image streams', () => {
    expectGoldenJson(
      'images.json',
      images.map((image) => ({
        ...image,
        payload: toHex(image.payload),
        bytes: toHex(writeImageStream(image)),
      })),
    );
    const stored =
      goldenJson<(Omit<ImageStream, 'payload'> & { payload: string; bytes: string })[]>('images.json');
    for (const { bytes, ...image } of stored) {
      expect(readImageStream(fromHex(bytes))).toEqual({ ...image, payload: fromHex(image.payload) });
    }
  });

  it('hold a container', async () => {
    expectGolden('container.cae', await containerBytes());
    async function* stream() {
      yield golden('container.cae');
    }
    const container = await readContainer(stream());
    expect(container.header).toEqual(header);
    const found: Chunk[] = [];
    for await (const chunk of container.chunks) found.push(chunk);
    expectGoldenJson('container.json', found.map(described));
  });

  it('hold containers of grey, RGB and RGBA images', async () => {
    const empty = IMAGE_CHANNELS.map(async (channels) => {
      const bytes = await containerBytes({ ...header, channels, count: 0 }, []);
      return { channels, bytes: toHex(bytes) };
    });
    expectGoldenJson('channels.json', await Promise.all(empty));
    for (const { channels, bytes } of goldenJson<{ channels: number; bytes: string }[]>('channels.json')) {
      const stream = async function* () {
        yield fromHex(bytes);
      };
      expect((await readContainer(stream())).header).toEqual({ ...header, channels, count: 0 });
    }
  });

  it('give the same through random access and salvage', async () => {
    const bytes = golden('container.cae');
    const source = {
      size: bytes.length,
      read: async (at: number, length: number) => bytes.subarray(at, at + length),
    };
    const file = await openContainer(source);
    const { container, lost } = await salvageContainer(source);
    expect(lost).toEqual([]);
    for (const opened of [file, container]) {
      const read = await Promise.all(opened.entries.map((entry) => opened.readChunk(entry)));
      expect(read.map(described)).toEqual(goldenJson('container.json'));
    }
  });
});
