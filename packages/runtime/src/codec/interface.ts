import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import type { Manifest } from '../bundle/manifest.js';
import type { ContextKernelName } from '../context/index.js';
import type { FloatImageBatch, ImageBatch, Images, LatentBatch } from '../image.js';
import type { ExecutionProvider, PassedOver } from '../provider/open-sessions.js';
import type {
  CallOptions,
  ContainerOptions,
  ContainerSummary,
  DecodedContainer,
  EncodeOptions,
  ImageContainer,
  ImageSequence,
} from './coding/index.js';

export type { CallOptions };

/** What images are made of: `uint8` 0..255, N×H×W×C, or `float32` 0..1, N×C×H×W. */
export type ImageKind = 'uint8' | 'float32';

/** Images of a kind. */
export type ImagesOf<Kind extends ImageKind> = Kind extends 'float32' ? FloatImageBatch : ImageBatch;

/** Options of {@link Codec.roundTrip}. */
export interface OutputOptions<Kind extends ImageKind = ImageKind> extends CallOptions {
  /** What the images are made of; `uint8` where left out. */
  readonly output?: Kind | undefined;
}

/** Options of {@link Codec.reconstruct}. */
export interface ReconstructOptions<Kind extends ImageKind = ImageKind> extends OutputOptions<Kind> {
  /** The height of the original images in pixels, where it is not the latents' own. */
  readonly height?: number | undefined;
  /** The width of the original images in pixels, where it is not the latents' own. */
  readonly width?: number | undefined;
}

/** Options of {@link Codec.openContainer}. */
export interface OpenOptions {
  /** True: damage costs the chunks that it hit, nothing else. */
  readonly salvage?: boolean | undefined;
}

/** A container opened for random access: what {@link Codec.openContainer} gives, in a worker too. */
export type OpenedContainer = Pick<
  ImageContainer,
  'header' | 'imageCount' | 'lost' | 'problems' | 'decodeAt' | 'images'
>;

/** Latents and the images reconstructed from them. */
export interface RoundTrip<T extends ImageBatch | FloatImageBatch> {
  readonly latents: LatentBatch;
  readonly images: T;
}

/**
 * A trained autoencoder, ready to run. Batches of any size are cut into chunks inside; calls may overlap.
 * Where `manifest.image.anySize` is true, images may have other sizes than the trained one: the codec pads them at the
 * bottom and right to the network's multiple, and crops the result.
 */
export interface Codec {
  /** What the bundle says of itself; where `lossless` is true, a `LosslessManifest`, which names no networks. */
  readonly manifest: Manifest;
  /**
   * True where the bundle is lossless: it decodes what it encoded, value for value. It has no networks: `embed`,
   * `reconstruct`, `roundTrip`, `denoise` and `score` reject with ConvaeError UNSUPPORTED, and ONNX Runtime is not loaded.
   */
  readonly lossless?: boolean | undefined;
  /** The execution provider that both networks run on; another one after a lost WebGPU device could not be recovered. */
  readonly executionProvider: ExecutionProvider;
  /** The execution providers that were preferred and do not run here, with the reasons. */
  readonly passedOver: readonly PassedOver[];
  /** Threads inside one run, and on Node's processor for bulk work; undefined where ONNX Runtime chooses. */
  readonly threads: number | undefined;
  /** How the context prior is computed; undefined where the bundle has none. */
  readonly contextKernel?: ContextKernelName | undefined;
  /** What the user should know about how it runs, in sentences: threads that cannot be had, a device that was lost. */
  readonly notices: readonly string[];
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
  reconstruct<Kind extends ImageKind = 'uint8'>(
    latents: LatentBatch,
    options?: ReconstructOptions<Kind>,
  ): Promise<ImagesOf<Kind>>;
  /**
   * Runs both networks: images → latents → images of the same size.
   * @throws as {@link embed} and {@link reconstruct}.
   */
  roundTrip<Kind extends ImageKind = 'uint8'>(
    images: Images,
    options?: OutputOptions<Kind>,
  ): Promise<RoundTrip<ImagesOf<Kind>>>;
  /**
   * Removes noise: runs both networks of a bundle that was trained to make clean images of noisy ones.
   * @throws as {@link roundTrip}; UNSUPPORTED where the manifest does not say that the bundle was trained on noise.
   */
  denoise<Kind extends ImageKind = 'uint8'>(
    images: Images,
    options?: OutputOptions<Kind>,
  ): Promise<ImagesOf<Kind>>;
  /**
   * Scores each image by the mean squared error of its unrounded reconstruction. Images unlike the training images
   * score high, so the score finds anomalies.
   * @returns float64, one per image, 0..1 (pixels 0..1).
   * @throws as {@link embed} and {@link reconstruct}.
   */
  score(images: Images, options?: CallOptions): Promise<Float64Array>;
  /**
   * Encodes one image into a few bytes: quantized, entropy-coded, 1 byte before the payload (3 to 5 where the image
   * does not have the bundle's own size). It has no checksum; a container has.
   * @throws TypeError or RangeError where an argument is not what it should be.
   * @throws ConvaeError as {@link embed}; UNSUPPORTED where the bundle has no entropy tables, or for a prior that it
   * does not have.
   */
  encode(image: Images, options?: EncodeOptions): Promise<Uint8Array>;
  /** Encodes each image of a batch as {@link encode} does. @throws as {@link encode}. */
  encodeBatch(images: Images, options?: EncodeOptions): Promise<Uint8Array[]>;
  /**
   * Decodes what {@link encode} wrote, with the same bundle: a batch of one image, uint8. The symbols are the same on
   * every machine and execution provider; pixels may differ by 1.
   * @throws TypeError where `bytes` is no Uint8Array.
   * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED, LIMIT_EXCEEDED, VERSION_UNSUPPORTED, UNSUPPORTED, and as
   * {@link reconstruct}.
   */
  decode(bytes: Uint8Array, options?: CallOptions): Promise<ImageBatch>;
  /**
   * Encodes many images into a container (`.cae`), in constant memory: with a checksum for every chunk and an index.
   * @throws as {@link encode}; RangeError where `options.count` is not the number of images. Then the sink holds no
   * whole container.
   */
  encodeContainer(
    images: ImageSequence,
    sink: ContainerSink,
    options?: ContainerOptions,
  ): Promise<ContainerSummary>;
  /**
   * Decodes a container front to back in constant memory.
   * @throws ConvaeError as {@link decode}; CHECKSUM_MISMATCH; HASH_MISMATCH where another bundle wrote it.
   */
  decodeContainer(stream: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<DecodedContainer>;
  /**
   * Opens a container for random access: `decodeAt(i)` reads one chunk. With `salvage`, what is whole of a damaged or
   * truncated one.
   * @throws ConvaeError as {@link decodeContainer}.
   */
  openContainer(source: RandomAccessSource, options?: OpenOptions): Promise<OpenedContainer>;
  /**
   * Frees both networks. Calls under way give their whole result or reject with ConvaeError DISPOSED; a second
   * `dispose` does nothing.
   */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
