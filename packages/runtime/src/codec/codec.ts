import type { Bundle, BundleCoding } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { checkFinite, checkNotAborted } from '../checks.js';
import type { ContextKernelName } from '../context/index.js';
import { ConvaeError } from '../errors.js';
import type { FloatImageBatch, ImageBatch, Images, ItemShape, LatentBatch } from '../image.js';
import {
  cropImages,
  fillPixels,
  isFloatImages,
  padImages,
  sameShape,
  sliceBatch,
  toFloatImages,
} from '../image.js';
import { DEFAULT_BATCH_SIZE, imagesAtOnce } from '../provider/batch.js';
import type { ExecutionProvider, NetworkSessions, PassedOver } from '../provider/open-sessions.js';
import { fillTransparent } from '../transparency.js';
import { BitstreamCodec, PLAIN_NOTICE } from './bitstream-codec.js';
import type { CodingContext, Threads } from './coding/coding-context.js';
import { EntropyModel } from './coding/entropy-model.js';
import { networkCoding } from './coding/network-coding.js';
import { meanSquaredErrors } from './distortion.js';
import type {
  CallOptions,
  Codec,
  ImageKind,
  ImagesOf,
  OutputOptions,
  ReconstructOptions,
  RoundTrip,
} from './interface.js';
import { denormalise, isPlain, normalise } from './normalisation.js';
import { type Pixels, type PixelWorkspace, PLAIN_PIXELS } from './pixels/pixels.js';
import { checkImages, checkLatents, imageSize, joinedImages, latentShape } from './shapes.js';
import { firstOverlap, imageRows, isLarge, type Planes, rowsOf, runInStrips, setRows } from './strips.js';

export type * from './interface.js';

/**
 * Makes a codec of a bundle and its loaded networks, which it owns from here on.
 * @throws ConvaeError UNSUPPORTED where the context prior's kernel that is asked for does not run here.
 */
export function createCodec(bundle: Bundle, sessions: NetworkSessions, options: CodecOptions = {}): Codec {
  return new OnnxCodec(bundle, sessions, options);
}

/** Options of {@link createCodec}. */
export interface CodecOptions {
  /** Most images that are run at once; 64 where left out. */
  readonly batchSize?: number | undefined;
  /** How the context prior is computed; the fastest way where left out. */
  readonly contextKernel?: ContextKernelName | undefined;
  /** How pixels become floats and back; in JavaScript where left out. */
  readonly pixels?: Pixels | undefined;
  /** Threads that share bulk work, which the codec owns from here on; none where left out. */
  readonly pool?: Threads | undefined;
}

/** What an error calls it. */
const DECODED = 'the decoder’s output';

class OnnxCodec extends BitstreamCodec implements Codec {
  readonly manifest: Manifest;
  readonly contextKernel: ContextKernelName | undefined;
  readonly #kernelNotices: readonly string[] = [];
  readonly #sessions: NetworkSessions;
  readonly #batchSize: number;
  readonly #pixels: Pixels;
  readonly #pool: Threads | undefined;
  readonly #bundleCoding: BundleCoding | undefined;
  /** Of the strips of large images, in units; what once was too little is not tried again. */
  readonly #overlaps: { encoder: number; decoder: number };
  #codingContext: CodingContext | undefined;
  #disposal: Promise<void> | undefined;

  constructor(
    { manifest, coding }: Bundle,
    sessions: NetworkSessions,
    { batchSize = DEFAULT_BATCH_SIZE, contextKernel, pixels = PLAIN_PIXELS, pool }: CodecOptions,
  ) {
    super();
    this.manifest = manifest;
    this.contextKernel = kernelOf(coding, contextKernel);
    if (this.contextKernel === 'plain' && contextKernel === undefined) this.#kernelNotices = [PLAIN_NOTICE];
    this.#bundleCoding = coding;
    this.#overlaps = { encoder: firstOverlap(manifest), decoder: firstOverlap(manifest) };
    this.#sessions = sessions;
    this.#batchSize = batchSize;
    this.#pixels = pixels;
    this.#pool = pool;
  }

  get executionProvider(): ExecutionProvider {
    return this.#sessions.executionProvider;
  }

  get passedOver(): readonly PassedOver[] {
    return this.#sessions.passedOver;
  }

  get threads(): number | undefined {
    return this.#sessions.threads;
  }

  get notices(): readonly string[] {
    return [...this.#sessions.notices, ...this.#kernelNotices];
  }

  async embed(images: Images, options: CallOptions = {}): Promise<LatentBatch> {
    const { batch, shape } = this.#checked(images, options);
    const size = shape.channels * shape.height * shape.width;
    const data = new Float32Array(batch.count * size);
    const part = (start: number, end: number) =>
      end - start === batch.count ? data : data.subarray(start * size, end * size);
    if (isLarge(this.manifest, batch)) {
      for (let i = 0; i < batch.count; i++)
        await this.#embedLarge(
          sliceBatch(batch, i, i + 1),
          { data: part(i, i + 1), ...shape },
          options.signal,
        );
    } else
      await this.#inWorkspace(batch, batch.count, async (workspace, step) => {
        for (let start = 0; start < batch.count; start += step) {
          this.#checkAlive(options.signal);
          const end = Math.min(batch.count, start + step);
          const images = sliceBatch(batch, start, end);
          const floats = isFloatImages(images) ? images : workspace.toFloats(images);
          await this.#encode(floats, shape, part(start, end));
        }
      });
    return { data, count: batch.count, ...shape };
  }

  async reconstruct<Kind extends ImageKind = 'uint8'>(
    latents: LatentBatch,
    options: ReconstructOptions<Kind> = {},
  ): Promise<ImagesOf<Kind>> {
    this.#checkAlive(options.signal);
    checkLatents(latents, this.manifest);
    const size = imageSize(this.manifest, latents, options);
    const { count } = latents;
    const uint8 = checkOutput(options.output) === 'uint8';
    const length = size.channels * size.height * size.width;
    const data = new (uint8 ? Uint8Array : Float32Array)(count * length);
    const job = { size, signal: options.signal };
    if (isLarge(this.manifest, size)) {
      for (let i = 0; i < count; i++)
        await this.#decodeLarge(
          sliceBatch(latents, i, i + 1),
          data.subarray(i * length, (i + 1) * length),
          job,
        );
    } else
      await this.#inWorkspace(imageSize(this.manifest, latents, {}), count, async (workspace, step) => {
        for (let start = 0; start < count; start += step) {
          this.#checkAlive(options.signal);
          const end = Math.min(count, start + step);
          const own = end - start === count ? data : data.subarray(start * length, end * length);
          await this.#decodeInto(sliceBatch(latents, start, end), own, size, workspace);
        }
      });
    return { data, count, ...size } as ImagesOf<Kind>;
  }

  async roundTrip<Kind extends ImageKind = 'uint8'>(
    images: Images,
    options: OutputOptions<Kind> = {},
  ): Promise<RoundTrip<ImagesOf<Kind>>> {
    const batch = joinedImages(images);
    const { signal, output } = options;
    checkOutput(output);
    const latents = await this.embed(batch, { signal });
    const { height, width } = batch;
    return { latents, images: await this.reconstruct(latents, { signal, output, height, width }) };
  }

  async denoise<Kind extends ImageKind = 'uint8'>(
    images: Images,
    options: OutputOptions<Kind> = {},
  ): Promise<ImagesOf<Kind>> {
    this.#checkAlive(options.signal);
    checkDenoises(this.manifest);
    return (await this.roundTrip(images, options)).images;
  }

  async score(images: Images, options: CallOptions = {}): Promise<Float64Array> {
    const { batch, shape } = this.#checked(images, options);
    const scores = new Float64Array(batch.count);
    const step = imagesAtOnce(this.#batchSize, batch);
    for (let start = 0; start < batch.count; start += step) {
      this.#checkAlive(options.signal);
      const part = sliceBatch(batch, start, Math.min(batch.count, start + step));
      const floats = isFloatImages(part) ? part : toFloatImages(part);
      const output = await this.#decode(await this.#encode(floats, shape));
      scores.set(meanSquaredErrors(floats, cropImages(output, floats.height, floats.width)), start);
    }
    return scores;
  }

  dispose(): Promise<void> {
    const { encoder, decoder } = this.#sessions;
    const ending = () => Promise.all([encoder.release(), decoder.release(), this.#pool?.dispose()]);
    this.#disposal ??= ending().then(() => undefined);
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Made when it is first needed: a codec that never codes does not build tables. */
  coding(signal?: AbortSignal): CodingContext {
    this.#checkAlive(signal);
    this.#codingContext ??= { ...this.#networkCoding(), threads: this.#pool };
    return this.#codingContext;
  }

  #networkCoding(): CodingContext {
    return networkCoding({
      manifest: this.manifest,
      model: new EntropyModel(this.manifest, this.#bundleCoding, { kernel: this.contextKernel }),
      embed: (images, options) => this.embed(images, options),
      reconstruct: (latents, options) => this.reconstruct(latents, options),
      restore: (latents, options) => this.reconstruct(latents, { ...options, output: 'float32' }),
    });
  }

  /** One batch of the images, checked, and the shape of their latents. */
  #checked(images: Images, { signal }: CallOptions) {
    this.#checkAlive(signal);
    const batch = joinedImages(images);
    checkImages(batch, this.manifest);
    return { batch, shape: latentShape(this.manifest, batch.height, batch.width) };
  }

  /** Runs a task on some images at a time: with a workspace for as many. */
  async #inWorkspace(
    { channels, height, width }: ItemShape,
    count: number,
    task: (workspace: PixelWorkspace, step: number) => Promise<void>,
  ): Promise<void> {
    const step = imagesAtOnce(this.#batchSize, { height, width });
    const workspace = this.#pixels.take(Math.min(step, count) * channels * height * width);
    try {
      await task(workspace, step);
    } finally {
      this.#pixels.giveBack(workspace);
    }
  }

  /** @param latents where the numbers of the latents are to be put. */
  async #encode(
    floats: FloatImageBatch,
    shape: ItemShape,
    latents = new Float32Array(floats.count * shape.channels * shape.height * shape.width),
  ): Promise<LatentBatch> {
    const { image, normalisation } = this.manifest;
    const filled = fillTransparent(floats);
    const input = normalise(image.anySize ? padImages(filled, image.multiple) : filled, normalisation);
    const { encoder } = this.#sessions;
    const data = await encoder.run(input.data, input.count, input, shape, this.#room(latents));
    checkFinite(data, 'the encoder’s output');
    if (data.buffer !== latents.buffer) latents.set(data);
    return { data: latents, count: floats.count, ...shape };
  }

  /** Memory that a run may write to: other providers than `cpu` have their own. */
  #room<T>(memory: T): T | undefined {
    return this.executionProvider === 'cpu' ? memory : undefined;
  }

  /** Runs the encoder on one large image and writes its latent to `latent`. */
  async #embedLarge(
    image: ImageBatch | FloatImageBatch,
    latent: Planes,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { multiple } = this.manifest.image;
    const units = Math.ceil(image.height / multiple);
    const rows = latent.height / units;
    const run = (first: number, last: number): Promise<LatentBatch> => {
      this.#checkAlive(signal);
      const part = imageRows(image, first * multiple, Math.min(image.height, last * multiple));
      const floats = isFloatImages(part) ? part : toFloatImages(part);
      const { channels, width } = latent;
      return this.#encode(floats, { channels, height: (last - first) * rows, width });
    };
    const keep = (row: number, part: Planes): void => setRows(latent, row, part);
    const job = { units, unitPixels: multiple * image.width, rows, run, keep };
    this.#overlaps.encoder = await runInStrips(job, this.#overlaps.encoder);
  }

  /** Runs the decoder on the latent of one large image and writes its rows to `pixels` as they come. */
  async #decodeLarge(
    latent: LatentBatch,
    pixels: Uint8Array | Float32Array,
    { size, signal }: { readonly size: ItemShape; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    const { multiple } = this.manifest.image;
    const units = Math.ceil(size.height / multiple);
    const latentRows = latent.height / units;
    const run = (first: number, last: number): Promise<FloatImageBatch> => {
      this.#checkAlive(signal);
      return this.#decode({ ...rowsOf(latent, first * latentRows, last * latentRows), count: 1 });
    };
    const keep = (row: number, part: Planes): void => {
      const rows = cropImages({ ...part, count: 1 }, Math.min(part.height, size.height - row), size.width);
      if (pixels instanceof Float32Array) setRows({ ...size, data: pixels }, row, rows);
      else fillPixels(rows, pixels.subarray(row * size.width * size.channels));
    };
    const job = { units, unitPixels: multiple * size.width, rows: multiple, run, keep };
    this.#overlaps.decoder = await runInStrips(job, this.#overlaps.decoder);
  }

  /** Runs the decoder and puts images of this size into `pixels`. */
  async #decodeInto(
    latents: LatentBatch,
    pixels: Uint8Array | Float32Array,
    size: ItemShape,
    workspace: PixelWorkspace,
  ): Promise<void> {
    const padded = imageSize(this.manifest, latents, {});
    const room = this.#room(workspace.room(latents.count * padded.channels * padded.height * padded.width));
    const { height, width } = size;
    if (pixels instanceof Uint8Array && isPlain(this.manifest.normalisation) && sameShape(padded, size)) {
      const data = await this.#sessions.decoder.run(latents.data, latents.count, latents, padded, room);
      // One pass clamps, rounds and looks for what is not finite.
      if (!workspace.toBytes({ data, count: latents.count, ...size }, pixels)) checkFinite(data, DECODED);
    } else {
      const images = cropImages(await this.#decode(latents, room), height, width);
      if (pixels instanceof Uint8Array) workspace.toBytes(images, pixels);
      else pixels.set(images.data);
    }
  }

  /** Gives images of the padded size, 0..1. */
  async #decode(latents: LatentBatch, room?: Float32Array): Promise<FloatImageBatch> {
    const padded = imageSize(this.manifest, latents, {});
    const data = await this.#sessions.decoder.run(latents.data, latents.count, latents, padded, room);
    checkFinite(data, DECODED);
    return denormalise({ data, count: latents.count, ...padded }, this.manifest.normalisation);
  }

  #checkAlive(signal: AbortSignal | undefined): void {
    if (this.#disposal !== undefined) throw new ConvaeError('DISPOSED', 'the codec was used after dispose()');
    checkNotAborted(signal);
  }
}

/**
 * The context prior's kernel of a codec; undefined for a bundle without one. Call it before sessions are opened: its
 * error then leaves none behind.
 * @throws ConvaeError UNSUPPORTED where the kernel that is asked for does not run here.
 */
export function kernelOf(
  coding: BundleCoding | undefined,
  name: ContextKernelName | undefined,
): ContextKernelName | undefined {
  return coding?.context?.chooseKernel(name);
}

function checkDenoises({ name, training }: Manifest): void {
  if (typeof training.noise === 'number' && training.noise > 0) return;
  throw new ConvaeError(
    'UNSUPPORTED',
    `${name} was not trained to remove noise: take a bundle that was (training.noise in its manifest)`,
  );
}

function checkOutput(output: unknown): 'uint8' | 'float32' {
  if (output === undefined || output === 'uint8') return 'uint8';
  if (output === 'float32') return output;
  throw new TypeError(`expected 'uint8' or 'float32' for options.output, received ${String(output)}`);
}
