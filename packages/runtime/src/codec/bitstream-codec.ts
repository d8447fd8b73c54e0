import type { ContainerSink, RandomAccessSource } from '../bitstream/index.js';
import type { ImageBatch, Images } from '../image.js';
import { onDemand } from '../on-demand.js';
import { decodeImage } from './coding/image-coder.js';
import type {
  CallOptions,
  CodingContext,
  ContainerOptions,
  ContainerSummary,
  DecodedContainer,
  EncodeOptions,
  ImageSequence,
} from './coding/index.js';
import type { Codec, OpenedContainer, OpenOptions } from './interface.js';

/** What is said where the context prior's plain kernel runs and nobody asked for it. */
export const PLAIN_NOTICE =
  'WebAssembly with SIMD does not run here: the context prior is computed in JavaScript, at least ten times slower';

const imageEncoder = onDemand(() => import('./coding/image-encoder.js'));

type Coding = 'encode' | 'encodeBatch' | 'decode' | 'encodeContainer' | 'decodeContainer' | 'openContainer';

/**
 * The part of a codec that reads and writes bitstreams, over its way from images to payloads and back. The code for all but
 * the decoding of single images is loaded when it is first needed.
 */
export abstract class BitstreamCodec implements Pick<Codec, Coding> {
  /**
   * The way from images to payloads and back.
   * @throws ConvaeError DISPOSED, ABORTED, UNSUPPORTED where the bundle codes nothing.
   */
  abstract coding(signal?: AbortSignal): CodingContext;

  async encode(images: Images, options: EncodeOptions = {}): Promise<Uint8Array> {
    const context = this.coding(options.signal);
    const { encodeImage } = await imageEncoder();
    return encodeImage(context, images, options);
  }

  async encodeBatch(images: Images, options: EncodeOptions = {}): Promise<Uint8Array[]> {
    const context = this.coding(options.signal);
    const { encodeImages } = await imageEncoder();
    return encodeImages(context, images, options);
  }

  async decode(bytes: Uint8Array, options: CallOptions = {}): Promise<ImageBatch> {
    return decodeImage(this.coding(options.signal), bytes, options);
  }

  async encodeContainer(
    images: ImageSequence,
    sink: ContainerSink,
    options: ContainerOptions = {},
  ): Promise<ContainerSummary> {
    const context = this.coding(options.signal);
    const { encodeContainer } = await import('./coding/container-encoder.js');
    return encodeContainer(context, images, sink, options);
  }

  async decodeContainer(
    stream: AsyncIterable<Uint8Array>,
    options: CallOptions = {},
  ): Promise<DecodedContainer> {
    const context = this.coding(options.signal);
    const { decodeContainer } = await import('./coding/container-decoder.js');
    return decodeContainer(context, stream, options);
  }

  async openContainer(source: RandomAccessSource, options: OpenOptions = {}): Promise<OpenedContainer> {
    const context = this.coding();
    const { openImageContainer } = await import('./coding/container-decoder.js');
    return openImageContainer(context, source, options);
  }
}
