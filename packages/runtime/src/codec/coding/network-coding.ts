import { dequantize, type SymbolBatch } from '../../entropy/quantizer.js';
import { type ImageBatch, sliceBatch } from '../../image.js';
import { onDemand } from '../../on-demand.js';
import { latentShape } from '../shapes.js';
import { type CallOptions, type CodedImages, type CodingContext, codedShape } from './coding-context.js';
import type { Networks } from './networks.js';
import { decodePayload, MAX_CONTEXT_PRODUCTS } from './payload.js';
import { inTurns } from './turns.js';

/** Most symbols in a chunk of more than one image. */
const CHUNK_SYMBOLS = 1 << 20;

const networkEncoder = onDemand(() => import('./network-encoder.js'));

/** Images to payloads and back through a bundle's networks. */
export function networkCoding(networks: Networks): CodingContext {
  const { manifest, model } = networks;
  return {
    manifest,
    model,
    imagesAtOnce: ({ height, width }, { prior, quality }) => {
      const shape = latentShape(manifest, height, width);
      const fitting = CHUNK_SYMBOLS / (shape.channels * shape.height * shape.width);
      if (prior !== 'context') return fitting;
      return Math.min(fitting, MAX_CONTEXT_PRODUCTS / model.context().products(quality, shape));
    },
    encode: async function* (...args) {
      const { encodeParts } = await networkEncoder();
      yield* encodeParts(networks, ...args);
    },
    decode: async (payload, coded, options) => {
      const { quality, prior, count } = coded;
      const shape = codedShape(manifest, coded);
      const steps = decodePayload(model, payload, { quality, prior, count, shape });
      const total = count * shape.channels * shape.height * shape.width;
      const symbols = await inTurns(steps, total, options, count);
      return {
        images: (start, end, { signal }) =>
          reconstructPieces(networks, sliceBatch(symbols, start, end), { ...coded, signal }),
      };
    },
  };
}

/** Most pixels that are reconstructed at once: memory does not grow with the chunk. */
const PIECE_PIXELS = 1 << 20;

/** Symbols → images, some at a time. */
async function* reconstructPieces(
  { model, reconstruct }: Networks,
  symbols: SymbolBatch,
  { quality, height, width, signal }: CodedImages & CallOptions,
): AsyncGenerator<ImageBatch, void, undefined> {
  const step = Math.max(1, Math.floor(PIECE_PIXELS / (height * width)));
  for (let start = 0; start < symbols.count; start += step) {
    const piece = sliceBatch(symbols, start, Math.min(symbols.count, start + step));
    yield await reconstruct(dequantize(piece, model.at(quality).quantizer), { signal, height, width });
  }
}
