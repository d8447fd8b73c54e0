import { MAX_CHUNK_SYMBOLS } from '../bitstream/index.js';
import { decodeSymbols, encodeSymbols, RangeDecoder, RangeEncoder } from '../entropy/index.js';
import { ConvaeError } from '../errors.js';
import type { ItemShape, LatentBatch } from '../image.js';
import { quantize, type SymbolBatch } from '../quantizer.js';
import type { EntropyModel } from './entropy-model.js';

/** The factorized payload of some latents of one shape, written batch by batch (FORMAT.md, "Symbols"). */
export class PayloadEncoder {
  readonly #model: EntropyModel;
  readonly #quality: number;
  readonly #encoder = new RangeEncoder();

  constructor(model: EntropyModel, quality: number) {
    this.#model = model;
    this.#quality = quality;
  }

  /** Quantizes and encodes the next latents. @throws ConvaeError NON_FINITE, UNSUPPORTED. */
  add(latents: LatentBatch): void {
    const { quantizer, tables } = this.#model.at(this.#quality);
    const { data } = quantize(latents, quantizer);
    encodeSymbols(this.#encoder, data, tables, this.#model.tableIndex(latents));
  }

  /** The whole code word. */
  finish(): Uint8Array {
    return this.#encoder.finish();
  }
}

/** Where a payload comes from and what it must hold. */
export interface PayloadHead {
  readonly quality: number;
  readonly count: number;
  /** Of one latent. */
  readonly shape: ItemShape;
}

/** Bits beyond its bytes that a code word may leave out at its end, and one for rounding. */
const OMITTED_BITS = 17;

/**
 * Decodes a factorized payload: integers and tables only, so every machine finds the same symbols.
 * @throws ConvaeError DATA_INVALID where no encoder would have written these bytes, LIMIT_EXCEEDED, UNSUPPORTED.
 */
export function decodePayload(model: EntropyModel, payload: Uint8Array, head: PayloadHead): SymbolBatch {
  const { quality, count, shape } = head;
  const length = count * shape.channels * shape.height * shape.width;
  // Before memory is taken: so few bytes cannot hold so many symbols, whatever they are.
  if (count * model.leastBits(quality, shape) > 8 * payload.length + OMITTED_BITS) {
    throw new ConvaeError(
      'DATA_INVALID',
      `${payload.length} bytes cannot hold ${count} latent(s) of ${shape.channels}×${shape.height}×${shape.width}`,
    );
  }
  if (count > 1 && length > MAX_CHUNK_SYMBOLS) {
    throw new ConvaeError('LIMIT_EXCEEDED', `a chunk of ${length} symbols, more than ${MAX_CHUNK_SYMBOLS}`);
  }
  const data = new Int32Array(length);
  const decoder = new RangeDecoder(payload);
  decodeSymbols(decoder, data, model.at(quality).tables, model.tableIndex(shape));
  decoder.finish();
  return { data, count, channels: shape.channels, height: shape.height, width: shape.width };
}
