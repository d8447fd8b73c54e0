import type { Bundle } from '../bundle/load.js';
import { isPlain } from '../codec/normalisation.js';
import type { PixelDecoder } from '../codec/pixels/pixels.js';
import type { OrtModule, OrtSession, OrtSessionOptions } from '../provider/ort.js';
import { createRunQueue } from '../provider/queue.js';
import { PIXELS, SUM, withPixels } from './pixel-graph.js';

/** With fewer values than this, the added steps take longer than they save: some images of 28×28. */
const FEWEST_VALUES = 4096;

/**
 * The decoder of a bundle with pixels as its output, on the CPU of onnxruntime-node: what ONNX Runtime gives is what the caller
 * gets. Its session is created when it is first of use.
 * @returns undefined where the bundle's decoder does not give pixels as they are.
 */
export function createPixelDecoder(
  ort: OrtModule,
  { manifest, decoder }: Pick<Bundle, 'manifest' | 'decoder'>,
  options: OrtSessionOptions,
): PixelDecoder | undefined {
  const { image, normalisation } = manifest;
  const { input, output } = manifest.decoder;
  const [channels, flat] = [image.channels, output.shape.length === 2];
  if (!isPlain(normalisation) || input.shape.length === 2 || (flat && channels > 1)) return undefined;
  const queue = createRunQueue();
  let session: Promise<OrtSession | undefined> | undefined;
  const open = (): Promise<OrtSession | undefined> => {
    session ??= ort.InferenceSession.create(withPixels(decoder, output.name, channels), options).catch(
      // Graphs of other versions of ONNX: the usual way then says what is wrong, if something is.
      () => undefined,
    );
    return session;
  };
  return {
    fewestValues: FEWEST_VALUES,
    decode: ({ data, count, channels, height, width }, values) =>
      queue.enqueue(async () => {
        const opened = await open();
        if (opened === undefined) return undefined;
        const feeds = { [input.name]: new ort.Tensor('float32', data, [count, channels, height, width]) };
        const results = await opened.run(feeds, [PIXELS, SUM]).catch(() => undefined);
        const pixels = results?.[PIXELS]?.data;
        const [sum] = (results?.[SUM]?.data ?? []) as Float32Array;
        const fits = pixels instanceof Uint8Array && pixels.length === values && Number.isFinite(sum);
        return fits ? pixels : undefined;
      }),
    release: () => queue.enqueue(async () => (await session)?.release()),
  };
}
