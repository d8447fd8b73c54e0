import {
  bundleHash,
  type ContainerHeader,
  createContainerWriter,
  DEFAULT_CHUNK_IMAGES,
  decodeSymbols,
  dequantize,
  encodeSymbols,
  type ImageBatch,
  type ImageChannels,
  type LatentBatch,
  quantize,
  RangeDecoder,
  RangeEncoder,
  readContainer,
  type SymbolBatch,
  writeImageStream,
} from '@convae/runtime';
import type { PcaCoding } from './tables.js';

/** Most symbols of a chunk, as the codec has it. */
const CHUNK_SYMBOLS = 1 << 20;

/** Coefficients as latents of one channel each. */
function asLatents(coefficients: Float32Array, dimensions: number): LatentBatch {
  const count = coefficients.length / dimensions;
  return { data: coefficients, count, channels: dimensions, height: 1, width: 1 };
}

const tableIndex = (dimensions: number): Uint16Array => Uint16Array.from({ length: dimensions }, (_, i) => i);

function encodeItems(coding: PcaCoding, symbols: SymbolBatch, first: number, end: number): Uint8Array {
  const size = symbols.channels;
  const encoder = new RangeEncoder();
  const items = symbols.data.subarray(first * size, end * size);
  encodeSymbols(encoder, items, coding.tables, tableIndex(size));
  return encoder.finish();
}

async function headerOf(coding: PcaCoding, images: Omit<ImageBatch, 'data'>): Promise<ContainerHeader> {
  const { count, height, width, channels } = images;
  const bundle = await bundleHash({ transform: 'pca', step: coding.step, height, width });
  const header = { bundleHash: bundle, channels: channels as ImageChannels, height, width };
  return { ...header, count, prior: 'factorized', quality: 0 };
}

/** What coefficients take as bytes, and the bytes of the container. */
export interface CodedCoefficients {
  /** The container with all images. */
  readonly container: Uint8Array;
  /** Mean bytes of each image coded alone. */
  readonly streamBytesPerImage: number;
}

/** Codes coefficients exactly as the codec codes latents: quantizer, range coder, chunks, container, single streams. */
export async function encodeCoefficients(
  coding: PcaCoding,
  coefficients: Float32Array,
  images: Omit<ImageBatch, 'data'>,
): Promise<CodedCoefficients> {
  const dimensions = coding.tables.count;
  const symbols = quantize(asLatents(coefficients, dimensions), coding.quantizer);
  const parts: Uint8Array[] = [];
  const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
  const writer = await createContainerWriter({ write }, await headerOf(coding, images));
  const chunk = Math.max(1, Math.min(DEFAULT_CHUNK_IMAGES, Math.floor(CHUNK_SYMBOLS / dimensions)));
  for (let first = 0; first < images.count; first += chunk) {
    const end = Math.min(images.count, first + chunk);
    await writer.writeChunk({ imageCount: end - first, payload: encodeItems(coding, symbols, first, end) });
  }
  await writer.finish();
  let streams = 0;
  for (let i = 0; i < images.count; i++) {
    const payload = encodeItems(coding, symbols, i, i + 1);
    streams += writeImageStream({ prior: 'factorized', quality: 0, payload }).length;
  }
  return { container: Buffer.concat(parts), streamBytesPerImage: streams / images.count };
}

/** The coefficients of a container. @throws ConvaeError where it is damaged. */
export async function decodeCoefficients(
  coding: PcaCoding,
  container: Uint8Array,
  count: number,
): Promise<Float32Array> {
  const dimensions = coding.tables.count;
  const data = new Int32Array(count * dimensions);
  async function* stream() {
    yield container;
  }
  const { chunks } = await readContainer(stream());
  for await (const { firstImage, imageCount, payload } of chunks) {
    const items = data.subarray(firstImage * dimensions, (firstImage + imageCount) * dimensions);
    const decoder = new RangeDecoder(payload);
    decodeSymbols(decoder, items, coding.tables, tableIndex(dimensions));
    decoder.finish();
  }
  const symbols = { data, count, channels: dimensions, height: 1, width: 1 };
  return dequantize(symbols, coding.quantizer).data;
}
