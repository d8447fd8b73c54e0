import type { Bundle, BundleCoding } from '../bundle/load.js';
import type { Manifest } from '../bundle/manifest.js';
import { checkFinite, checkNotAborted } from '../checks.js';
import type { ContextKernelName } from '../context/index.js';
import { ConvaeError } from '../errors.js';
import type { Images, ItemShape, LatentBatch } from '../image.js';
import { cropImages, sameShape, sliceBatch } from '../image.js';
import { onDemand } from '../on-demand.js';
import { DEFAULT_BATCH_SIZE, imagesAtOnce } from '../provider/batch.js';
import type { ExecutionProvider, NetworkSessions, PassedOver } from '../provider/open-sessions.js';
import { BitstreamCodec, PLAIN_NOTICE } from './bitstream-codec.js';
import type { CodingContext, Threads } from './coding/coding-context.js';
import { EntropyModel } from './coding/entropy-model.js';
import { networkCoding } from './coding/network-coding.js';
import type {
  CallOptions,
  Codec,
  ImageKind,
  ImagesOf,
  OutputOptions,
  ReconstructOptions,
  RoundTrip,
} from './interface.js';
import { firstOverlap, isLarge } from './is-large.js';
import { isPlain } from './normalisation.js';
import { type CodecParts, DECODED, inWorkspace, runDecoder } from './parts.js';
import { type PixelDecoder, type Pixels, type PixelWorkspace, PLAIN_PIXELS } from './pixels/pixels.js';
import { checkLatents, imageSize } from './shapes.js';

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
  /** A faster way from latents to pixels, which the codec owns from here on; none where left out. */
  readonly pixelDecoder?: PixelDecoder | undefined;
  /** Threads that share bulk work, which the codec owns from here on; none where left out. */
  readonly pool?: Threads | undefined;
}

const embedding = onDemand(() => import('./embedding.js'));

class OnnxCodec extends BitstreamCodec implements Codec {
  readonly manifest: Manifest;
  readonly contextKernel: ContextKernelName | undefined;
  readonly #kernelNotices: readonly string[] = [];
  readonly #sessions: NetworkSessions;
  readonly #parts: CodecParts;
  readonly #pixelDecoder: PixelDecoder | undefined;
  readonly #pool: Threads | undefined;
  readonly #bundleCoding: BundleCoding | undefined;
  #codingContext: CodingContext | undefined;
  #disposal: Promise<void> | undefined;

  constructor(
    { manifest, coding }: Bundle,
    sessions: NetworkSessions,
    {
      batchSize = DEFAULT_BATCH_SIZE,
      contextKernel,
      pixels = PLAIN_PIXELS,
      pixelDecoder,
      pool,
    }: CodecOptions,
  ) {
    super();
    this.manifest = manifest;
    this.contextKernel = kernelOf(coding, contextKernel);
    if (this.contextKernel === 'plain' && contextKernel === undefined) this.#kernelNotices = [PLAIN_NOTICE];
    this.#bundleCoding = coding;
    this.#sessions = sessions;
    const overlaps = { encoder: firstOverlap(manifest), decoder: firstOverlap(manifest) };
    const checkAlive = (signal: AbortSignal | undefined) => this.#checkAlive(signal);
    this.#parts = { manifest, sessions, batchSize, pixels, overlaps, checkAlive };
    this.#pixelDecoder = pixelDecoder;
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
    const { embed } = await embedding();
    return embed(this.#parts, images, options);
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
    const padded = imageSize(this.manifest, latents, {});
    const large = isLarge(this.manifest, size);
    const atOnce = uint8 && !large && count <= imagesAtOnce(this.#parts.batchSize, padded);
    const decoded = atOnce && (await this.#pixelsAtOnce(latents, size, padded));
    if (decoded) return { data: decoded, count, ...size } as ImagesOf<Kind>;
    const length = size.channels * size.height * size.width;
    const data = new (uint8 ? Uint8Array : Float32Array)(count * length);
    const job = { size, signal: options.signal };
    if (large) {
      const { decodeLarge } = await import('./large-images.js');
      const part = (i: number) => data.subarray(i * length, (i + 1) * length);
      for (let i = 0; i < count; i++)
        await decodeLarge(this.#parts, sliceBatch(latents, i, i + 1), part(i), job);
    } else
      await inWorkspace(this.#parts, padded, count, async (workspace, step) => {
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
    const batch = (await embedding()).joinedImages(images);
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
    (await embedding()).checkDenoises(this.manifest);
    return (await this.roundTrip(images, options)).images;
  }

  async score(images: Images, options: CallOptions = {}): Promise<Float64Array> {
    const { score } = await embedding();
    return score(this.#parts, images, options);
  }

  dispose(): Promise<void> {
    const { encoder, decoder } = this.#sessions;
    const ending = () =>
      Promise.all([
        encoder.release(),
        decoder.release(),
        this.#pixelDecoder?.release(),
        this.#pool?.dispose(),
      ]);
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

  /** The pixels of images of this size, where the pixel decoder has them. */
  #pixelsAtOnce(
    latents: LatentBatch,
    size: ItemShape,
    padded: ItemShape,
  ): Promise<Uint8Array | undefined> | undefined {
    const values = latents.count * size.channels * size.height * size.width;
    if (this.#pixelDecoder === undefined || values < this.#pixelDecoder.fewestValues) return undefined;
    if (!sameShape(padded, size)) return undefined;
    return this.#pixelDecoder.decode(latents, values);
  }

  /** Runs the decoder and puts images of this size into `pixels`. */
  async #decodeInto(
    latents: LatentBatch,
    pixels: Uint8Array | Float32Array,
    size: ItemShape,
    workspace: PixelWorkspace,
  ): Promise<void> {
    const padded = imageSize(this.manifest, latents, {});
    const decoded = pixels instanceof Uint8Array && (await this.#pixelsAtOnce(latents, size, padded));
    if (decoded) return pixels.set(decoded);
    const { height, width } = size;
    if (pixels instanceof Uint8Array && isPlain(this.manifest.normalisation) && sameShape(padded, size)) {
      const data = await this.#sessions.decoder.run(latents.data, latents.count, latents, padded);
      // One pass clamps, rounds and looks for what is not finite.
      if (!workspace.toBytes({ data, count: latents.count, ...size }, pixels)) checkFinite(data, DECODED);
    } else {
      const images = cropImages(await runDecoder(this.#parts, latents), height, width);
      if (pixels instanceof Uint8Array) workspace.toBytes(images, pixels);
      else pixels.set(images.data);
    }
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

function checkOutput(output: unknown): 'uint8' | 'float32' {
  if (output === undefined || output === 'uint8') return 'uint8';
  if (output === 'float32') return output;
  throw new TypeError(`expected 'uint8' or 'float32' for options.output, received ${String(output)}`);
}
