import type { Bundle, BundleCoding } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { checkFinite, checkNotAborted } from '../checks.js';
import { type ContextKernelName, chooseKernel } from '../context/index.js';
import { ConvaeError } from '../errors.js';
import type { FloatImageBatch, ImageBatch, Images, ItemShape, LatentBatch } from '../image.js';
import { cropImages, isFloatImages, padImages, sliceBatch, toFloatImages, toUint8Images } from '../image.js';
import { DEFAULT_BATCH_SIZE, imagesAtOnce } from '../provider/batch.js';
import type { ExecutionProvider, NetworkSessions, PassedOver } from '../provider/open-sessions.js';
import { fillTransparent } from '../transparency.js';
import { BitstreamCodec, PLAIN_NOTICE } from './bitstream-codec.js';
import { type CodingContext, EntropyModel, networkCoding } from './coding/index.js';
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
import { denormalise, normalise } from './normalisation.js';
import { checkImages, checkLatents, imageSize, joinedImages, latentShape } from './shapes.js';
import { firstOverlap, imageRows, isLarge, type Planes, rowsOf, runInStrips, setRows } from './strips.js';

export type * from './interface.js';

/**
 * Makes a codec of a bundle and its loaded networks, which it owns from here on.
 * @throws ConvaeError UNSUPPORTED where the context prior's kernel that is asked for does not run here.
 */
export function createCodec(
  bundle: Bundle,
  sessions: NetworkSessions,
  batchSize = DEFAULT_BATCH_SIZE,
  contextKernel?: ContextKernelName,
): Codec {
  return new OnnxCodec(bundle, sessions, batchSize, contextKernel);
}

class OnnxCodec extends BitstreamCodec implements Codec {
  readonly manifest: Manifest;
  readonly contextKernel: ContextKernelName | undefined;
  readonly #kernelNotices: readonly string[] = [];
  readonly #sessions: NetworkSessions;
  readonly #batchSize: number;
  readonly #bundleCoding: BundleCoding | undefined;
  /** Of the strips of large images, in units; what once was too little is not tried again. */
  readonly #overlaps: { encoder: number; decoder: number };
  #codingContext: CodingContext | undefined;
  #disposal: Promise<void> | undefined;

  constructor(
    { manifest, coding }: Bundle,
    sessions: NetworkSessions,
    batchSize: number,
    contextKernel: ContextKernelName | undefined,
  ) {
    super();
    this.manifest = manifest;
    this.contextKernel = kernelOf(coding, contextKernel);
    if (this.contextKernel === 'plain' && contextKernel === undefined) this.#kernelNotices = [PLAIN_NOTICE];
    this.#bundleCoding = coding;
    this.#overlaps = { encoder: firstOverlap(manifest), decoder: firstOverlap(manifest) };
    this.#sessions = sessions;
    this.#batchSize = batchSize;
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
    const { batch, shape, parts } = this.#encoded(images, options);
    const size = shape.channels * shape.height * shape.width;
    const data = new Float32Array(batch.count * size);
    if (isLarge(this.manifest, batch)) {
      for (let i = 0; i < batch.count; i++) {
        const own = { data: data.subarray(i * size, (i + 1) * size), ...shape };
        await this.#embedLarge(sliceBatch(batch, i, i + 1), own, options.signal);
      }
    } else for await (const { start, latents } of parts) data.set(latents.data, start * size);
    return { data, count: batch.count, ...shape };
  }

  async reconstruct<Kind extends ImageKind = 'uint8'>(
    latents: LatentBatch,
    options: ReconstructOptions<Kind> = {},
  ): Promise<ImagesOf<Kind>> {
    this.#checkAlive(options.signal);
    checkLatents(latents, this.manifest);
    const size = imageSize(this.manifest, latents, options);
    const uint8 = checkOutput(options.output) === 'uint8';
    const length = size.channels * size.height * size.width;
    const data = new (uint8 ? Uint8Array : Float32Array)(latents.count * length);
    for (const [start, end] of this.#chunks(latents.count, size)) {
      this.#checkAlive(options.signal);
      const own = { ...size, data: data.subarray(start * length, end * length) };
      const keep = (row: number, images: FloatImageBatch): void => {
        if (uint8) own.data.set(toUint8Images(images).data, row * size.width * size.channels);
        else if (images.count > 1) own.data.set(images.data);
        else setRows(own as Planes, row, images);
      };
      const part = sliceBatch(latents, start, end);
      if (isLarge(this.manifest, size)) await this.#reconstructLarge(part, size, keep, options.signal);
      else keep(0, cropImages(await this.#decode(part), size.height, size.width));
    }
    return { data, count: latents.count, ...size } as ImagesOf<Kind>;
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
    const { batch, parts } = this.#encoded(images, options);
    const scores = new Float64Array(batch.count);
    for await (const { start, floats, latents } of parts) {
      const output = cropImages(await this.#decode(latents), floats.height, floats.width);
      scores.set(meanSquaredErrors(floats, output), start);
    }
    return scores;
  }

  dispose(): Promise<void> {
    const { encoder, decoder } = this.#sessions;
    this.#disposal ??= Promise.all([encoder.release(), decoder.release()]).then(() => undefined);
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Made when it is first needed: a codec that never codes does not build tables. */
  protected coding(signal?: AbortSignal): CodingContext {
    this.#checkAlive(signal);
    this.#codingContext ??= networkCoding({
      manifest: this.manifest,
      model: new EntropyModel(this.manifest, this.#bundleCoding, { kernel: this.contextKernel }),
      embed: (images, options) => this.embed(images, options),
      reconstruct: (latents, options) => this.reconstruct(latents, options),
      restore: (latents, options) => this.reconstruct(latents, { ...options, output: 'float32' }),
    });
    return this.#codingContext;
  }

  /** Checks the images and runs the encoder on them, chunk by chunk as `parts` is taken. */
  #encoded(images: Images, { signal }: CallOptions) {
    this.#checkAlive(signal);
    const batch = joinedImages(images);
    checkImages(batch, this.manifest);
    const shape = latentShape(this.manifest, batch.height, batch.width);
    return { batch, shape, parts: this.#encodeParts(batch, shape, signal) };
  }

  async *#encodeParts(
    batch: ImageBatch | FloatImageBatch,
    shape: ItemShape,
    signal: AbortSignal | undefined,
  ) {
    for (const [start, end] of this.#chunks(batch.count, batch)) {
      this.#checkAlive(signal);
      const part = sliceBatch(batch, start, end);
      const floats = isFloatImages(part) ? part : toFloatImages(part);
      yield { start, floats, latents: await this.#encode(floats, shape) };
    }
  }

  async #encode(floats: FloatImageBatch, shape: ItemShape): Promise<LatentBatch> {
    const { image, normalisation } = this.manifest;
    const filled = fillTransparent(floats);
    const input = normalise(image.anySize ? padImages(filled, image.multiple) : filled, normalisation);
    const data = await this.#sessions.encoder.run(input.data, input.count, input, shape);
    checkFinite(data, 'the encoder’s output');
    return { data, count: floats.count, ...shape };
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

  /** Runs the decoder on the latent of one large image; `keep` takes rows of the image as they come. */
  async #reconstructLarge(
    latent: LatentBatch,
    size: ItemShape,
    keep: (row: number, rows: FloatImageBatch) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { multiple } = this.manifest.image;
    const units = Math.ceil(size.height / multiple);
    const latentRows = latent.height / units;
    const run = (first: number, last: number): Promise<FloatImageBatch> => {
      this.#checkAlive(signal);
      return this.#decode({ ...rowsOf(latent, first * latentRows, last * latentRows), count: 1 });
    };
    const cropped = (row: number, part: Planes): void =>
      keep(row, cropImages({ ...part, count: 1 }, Math.min(part.height, size.height - row), size.width));
    const job = { units, unitPixels: multiple * size.width, rows: multiple, run, keep: cropped };
    this.#overlaps.decoder = await runInStrips(job, this.#overlaps.decoder);
  }

  /** Gives images of the padded size, 0..1. */
  async #decode(latents: LatentBatch): Promise<FloatImageBatch> {
    const padded = imageSize(this.manifest, latents, {});
    const data = await this.#sessions.decoder.run(latents.data, latents.count, latents, padded);
    checkFinite(data, 'the decoder’s output');
    return denormalise({ data, count: latents.count, ...padded }, this.manifest.normalisation);
  }

  *#chunks(
    count: number,
    size: Pick<ItemShape, 'height' | 'width'>,
  ): Generator<[start: number, end: number]> {
    const step = imagesAtOnce(this.#batchSize, size);
    for (let start = 0; start < count; start += step) yield [start, Math.min(count, start + step)];
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
  return coding?.context && chooseKernel(name);
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
