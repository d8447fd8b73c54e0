import type { Bundle } from './bundle/load.js';
import type { Manifest } from './bundle/manifest.js';
import { checkImages, checkLatents, imageSize, joinedImages, latentShape } from './codec-shapes.js';
import { ConvaeError } from './errors.js';
import type { FloatImageBatch, ImageBatch, Images, ItemShape, LatentBatch } from './image.js';
import {
  checkFinite,
  cropImages,
  isFloatImages,
  padImages,
  sliceBatch,
  toFloatImages,
  toUint8Images,
} from './image.js';
import { denormalise, normalise } from './normalisation.js';
import type { ExecutionProvider, NetworkSessions, PassedOver } from './session/provider.js';

/** Options of one call. */
export interface CallOptions {
  /** Stops the call between two chunks; it then rejects with ConvaeError ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Codec.roundTrip}. */
export interface OutputOptions extends CallOptions {
  /** What the images are made of: `uint8` 0..255, N×H×W×C (the default), or `float32` 0..1, N×C×H×W. */
  readonly output?: 'uint8' | 'float32' | undefined;
}

/** Options of {@link Codec.reconstruct}. */
export interface ReconstructOptions extends OutputOptions {
  /** The height of the original images in pixels, where it is not the latents' own. */
  readonly height?: number | undefined;
  /** The width of the original images in pixels, where it is not the latents' own. */
  readonly width?: number | undefined;
}

/** Latents and the images reconstructed from them. */
export interface RoundTrip<T extends ImageBatch | FloatImageBatch> {
  readonly latents: LatentBatch;
  readonly images: T;
}

/**
 * A trained autoencoder, ready to run. Batches of any size are cut into chunks inside; calls may overlap.
 * Images of other sizes than the trained one are taken where `manifest.image.anySize` is true: they are padded
 * at the bottom and right to the network's multiple, and cropped on the way back.
 */
export interface Codec {
  readonly manifest: Manifest;
  /** The execution provider that both networks run on. */
  readonly executionProvider: ExecutionProvider;
  /** The execution providers that were preferred and do not run here, with the reasons. */
  readonly passedOver: readonly PassedOver[];
  /**
   * Runs the encoder: images → latents, float32 N×c×h×w.
   * @throws TypeError or RangeError where `images` is no batch of images, or an empty one.
   * @throws ConvaeError SHAPE_MISMATCH, NON_FINITE, ABORTED, DISPOSED, RUN_FAILED.
   */
  embed(images: Images, options?: CallOptions): Promise<LatentBatch>;
  /**
   * Runs the decoder: latents → images, clamped to 0..1 and by default rounded to uint8.
   * @throws TypeError or RangeError where an argument is not what it should be.
   * @throws ConvaeError SHAPE_MISMATCH, NON_FINITE, ABORTED, DISPOSED, RUN_FAILED.
   */
  reconstruct(
    latents: LatentBatch,
    options: ReconstructOptions & { output: 'float32' },
  ): Promise<FloatImageBatch>;
  reconstruct(
    latents: LatentBatch,
    options?: ReconstructOptions & { output?: 'uint8' | undefined },
  ): Promise<ImageBatch>;
  /**
   * Runs both networks: images → latents → images of the same size.
   * @throws as {@link embed} and {@link reconstruct}.
   */
  roundTrip(
    images: Images,
    options: OutputOptions & { output: 'float32' },
  ): Promise<RoundTrip<FloatImageBatch>>;
  roundTrip(
    images: Images,
    options?: OutputOptions & { output?: 'uint8' | undefined },
  ): Promise<RoundTrip<ImageBatch>>;
  /**
   * Frees both networks. Calls under way give their whole result or reject with ConvaeError DISPOSED; a second
   * `dispose` does nothing.
   */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Images run at once where a codec is not told otherwise: 32 to 256 are the fast ones, larger falls out of cache. */
export const DEFAULT_BATCH_SIZE = 64;

/** Most pixels run at once, so that a batch of large images does not need memory for 64 of them. */
const MAX_CHUNK_PIXELS = 1 << 20;

/** Makes a codec of a bundle and its loaded networks, which it owns from here on. */
export function createCodec(
  bundle: Bundle,
  sessions: NetworkSessions,
  batchSize = DEFAULT_BATCH_SIZE,
): Codec {
  return new OnnxCodec(bundle.manifest, sessions, batchSize);
}

class OnnxCodec implements Codec {
  readonly manifest: Manifest;
  readonly executionProvider: ExecutionProvider;
  readonly passedOver: readonly PassedOver[];
  readonly #sessions: NetworkSessions;
  readonly #batchSize: number;
  #disposal: Promise<void> | undefined;

  constructor(manifest: Manifest, sessions: NetworkSessions, batchSize: number) {
    this.manifest = manifest;
    this.executionProvider = sessions.executionProvider;
    this.passedOver = sessions.passedOver;
    this.#sessions = sessions;
    this.#batchSize = batchSize;
  }

  async embed(images: Images, options: CallOptions = {}): Promise<LatentBatch> {
    this.#checkAlive(options.signal);
    const batch = joinedImages(images);
    checkImages(batch, this.manifest);
    const { count, height, width } = batch;
    const shape = latentShape(this.manifest, height, width);
    const size = shape.channels * shape.height * shape.width;
    const data = new Float32Array(count * size);
    for (const [start, end] of this.#chunks(count, height * width)) {
      this.#checkAlive(options.signal);
      data.set(await this.#encode(sliceBatch(batch, start, end), shape), start * size);
    }
    return { data, count, ...shape };
  }

  reconstruct(
    latents: LatentBatch,
    options: ReconstructOptions & { output: 'float32' },
  ): Promise<FloatImageBatch>;
  reconstruct(
    latents: LatentBatch,
    options?: ReconstructOptions & { output?: 'uint8' | undefined },
  ): Promise<ImageBatch>;
  async reconstruct(
    latents: LatentBatch,
    options: ReconstructOptions = {},
  ): Promise<ImageBatch | FloatImageBatch> {
    this.#checkAlive(options.signal);
    checkLatents(latents, this.manifest);
    const size = imageSize(this.manifest, latents, options);
    const uint8 = checkOutput(options.output) === 'uint8';
    const length = size.channels * size.height * size.width;
    const data = new (uint8 ? Uint8Array : Float32Array)(latents.count * length);
    for (const [start, end] of this.#chunks(latents.count, size.height * size.width)) {
      this.#checkAlive(options.signal);
      const images = cropImages(await this.#decode(sliceBatch(latents, start, end)), size.height, size.width);
      data.set(uint8 ? toUint8Images(images).data : images.data, start * length);
    }
    return { data, count: latents.count, ...size } as ImageBatch | FloatImageBatch;
  }

  roundTrip(
    images: Images,
    options: OutputOptions & { output: 'float32' },
  ): Promise<RoundTrip<FloatImageBatch>>;
  roundTrip(
    images: Images,
    options?: OutputOptions & { output?: 'uint8' | undefined },
  ): Promise<RoundTrip<ImageBatch>>;
  async roundTrip(
    images: Images,
    options: OutputOptions = {},
  ): Promise<RoundTrip<ImageBatch | FloatImageBatch>> {
    const batch = joinedImages(images);
    const { signal } = options;
    const output = checkOutput(options.output);
    const latents = await this.embed(batch, { signal });
    const size = { signal, height: batch.height, width: batch.width };
    return {
      latents,
      images:
        output === 'uint8'
          ? await this.reconstruct(latents, size)
          : await this.reconstruct(latents, { ...size, output }),
    };
  }

  dispose(): Promise<void> {
    const { encoder, decoder } = this.#sessions;
    this.#disposal ??= Promise.all([encoder.release(), decoder.release()]).then(() => undefined);
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #encode(images: ImageBatch | FloatImageBatch, shape: ItemShape): Promise<Float32Array> {
    const { image, normalisation } = this.manifest;
    const floats = isFloatImages(images) ? images : toFloatImages(images);
    const input = normalise(image.anySize ? padImages(floats, image.multiple) : floats, normalisation);
    const data = await this.#sessions.encoder.run(input.data, input.count, input, shape);
    checkFinite(data, 'the encoder’s output');
    return data;
  }

  /** Gives images of the padded size, 0..1. */
  async #decode(latents: LatentBatch): Promise<FloatImageBatch> {
    const padded = imageSize(this.manifest, latents, {});
    const data = await this.#sessions.decoder.run(latents.data, latents.count, latents, padded);
    checkFinite(data, 'the decoder’s output');
    return denormalise({ data, count: latents.count, ...padded }, this.manifest.normalisation);
  }

  *#chunks(count: number, pixels: number): Generator<[start: number, end: number]> {
    const step = Math.max(1, Math.min(this.#batchSize, Math.floor(MAX_CHUNK_PIXELS / pixels)));
    for (let start = 0; start < count; start += step) yield [start, Math.min(count, start + step)];
  }

  #checkAlive(signal: AbortSignal | undefined): void {
    if (this.#disposal !== undefined) throw new ConvaeError('DISPOSED', 'the codec was used after dispose()');
    if (signal?.aborted) throw new ConvaeError('ABORTED', 'stopped by the signal', { cause: signal.reason });
  }
}

function checkOutput(output: unknown): 'uint8' | 'float32' {
  if (output === undefined || output === 'uint8') return 'uint8';
  if (output === 'float32') return output;
  throw new TypeError(`expected 'uint8' or 'float32' for options.output, received ${String(output)}`);
}
