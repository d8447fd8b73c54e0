import { describe, expect, it } from 'vitest';
import { PRIORS, type Prior } from '../bitstream/index.js';
import type { CallOptions, Codec } from '../codec/codec.js';
import type { ImageBatch } from '../image.js';
import { createCodedBundle } from './coded-bundle.js';
import { expectRejection } from './expectations.js';
import type { MakeCodec } from './make-codec.js';
import { photoLike } from './photo-like.js';

/** Large enough that its symbols take several turns on a fast machine. */
const PHOTO = photoLike(1400, 1000, 1, 1);

/** Where WebGPU is emulated, a run of the networks takes a quarter of a minute, and more beside other work. */
const PATIENCE_MS = 600_000;

/** What every codec must do with large images: report, let others have their turn, and stop. */
export function largeImageContract(makeCodec: MakeCodec, containerOf: ContainerOf): void {
  const open = async (): Promise<Codec> => makeCodec(await createCodedBundle({ context: true }));
  let stream: Promise<Uint8Array> | undefined;
  /** The photo as it is coded by default, once for all tests. */
  const coded = (codec: Codec): Promise<Uint8Array> => {
    stream ??= codec.encode(PHOTO);
    return stream;
  };

  describe('large images', { timeout: PATIENCE_MS }, () => {
    it.each(PRIORS)('come back, and both ways tell how far they are: %s prior', async (prior: Prior) => {
      await using codec = await open();
      const told = { encoding: [] as number[], decoding: [] as number[] };
      const bytes = await codec.encode(PHOTO, { prior, onProgress: (done) => told.encoding.push(done) });
      const decoded = await codec.decode(bytes, { onProgress: (done) => told.decoding.push(done) });
      expect(decoded).toMatchObject({ height: PHOTO.height, width: PHOTO.width, count: 1 });
      for (const shares of Object.values(told)) {
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        expect(shares.at(-1)).toBe(1);
        if (prior === 'context') expect(shares.length).toBeGreaterThan(2);
      }
    });

    it('stop while their symbols are coded, both ways and in containers', async () => {
      await using codec = await open();
      const bytes = await coded(codec);
      await expectStop((options) => codec.encode(PHOTO, options));
      await expectStop((options) => codec.decode(bytes, options));
      const container = await containerOf(codec, [PHOTO]);
      await expectStop(async (options) => {
        const opened = await codec.openContainer({
          size: container.length,
          read: async (offset, length) => container.slice(offset, offset + length),
        });
        for await (const _images of opened.images(options));
      });
      await expectStop(async (options) => {
        const { images } = await codec.decodeContainer(streamed(container), options);
        for await (const _images of images);
      });
    });

    it('let timers run while their symbols are coded', async () => {
      await using codec = await open();
      const bytes = await coded(codec);
      let ticks = 0;
      let coding = false;
      const timer = setInterval(() => coding && ticks++, 1);
      // On a fast machine a decoding may be over before the next timer is due; without turns none ever sees one.
      for (let tries = 0; tries < 20 && ticks === 0; tries++) {
        await codec.decode(bytes, {
          onProgress: (done) => {
            coding = done < 1;
          },
        });
      }
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(0);
    });
  });
}

/** Makes a container of images. */
type ContainerOf = (codec: Codec, images: readonly ImageBatch[]) => Promise<Uint8Array>;

async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Stops a call when it first tells how far it is: it then tells of no further image. */
async function expectStop(call: (options: CallOptions) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const told: number[] = [];
  const onProgress = (done: number): void => {
    told.push(done);
    controller.abort();
  };
  await expectRejection(call({ signal: controller.signal, onProgress }), { code: 'ABORTED' });
  expect(told.length).toBeGreaterThan(0);
  expect(Math.max(...told)).toBeLessThan(1);
}
