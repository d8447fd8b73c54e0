import {
  cropImages,
  type FloatImageBatch,
  fillPixels,
  type ImageBatch,
  type ItemShape,
  isFloatImages,
  type LatentBatch,
  toFloatImages,
} from '../image.js';
import { type CodecParts, runDecoder } from './parts.js';
import { runEncoder } from './run-encoder.js';
import { imageRows, type Planes, rowsOf, runInStrips, setRows } from './strips.js';

/** Runs the encoder on one large image and writes its latent to `latent`. */
export async function embedLarge(
  parts: CodecParts,
  image: ImageBatch | FloatImageBatch,
  latent: Planes,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { multiple } = parts.manifest.image;
  const units = Math.ceil(image.height / multiple);
  const rows = latent.height / units;
  const run = (first: number, last: number): Promise<LatentBatch> => {
    parts.checkAlive(signal);
    const part = imageRows(image, first * multiple, Math.min(image.height, last * multiple));
    const floats = isFloatImages(part) ? part : toFloatImages(part);
    const { channels, width } = latent;
    return runEncoder(parts, floats, { channels, height: (last - first) * rows, width });
  };
  const keep = (row: number, part: Planes): void => setRows(latent, row, part);
  const job = { units, unitPixels: multiple * image.width, rows, run, keep };
  parts.overlaps.encoder = await runInStrips(job, parts.overlaps.encoder);
}

/** Runs the decoder on the latent of one large image and writes its rows to `pixels` as they come. */
export async function decodeLarge(
  parts: CodecParts,
  latent: LatentBatch,
  pixels: Uint8Array | Float32Array,
  { size, signal }: { readonly size: ItemShape; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { multiple } = parts.manifest.image;
  const units = Math.ceil(size.height / multiple);
  const latentRows = latent.height / units;
  const run = (first: number, last: number): Promise<FloatImageBatch> => {
    parts.checkAlive(signal);
    return runDecoder(parts, { ...rowsOf(latent, first * latentRows, last * latentRows), count: 1 });
  };
  const keep = (row: number, part: Planes): void => {
    const rows = cropImages({ ...part, count: 1 }, Math.min(part.height, size.height - row), size.width);
    if (pixels instanceof Float32Array) setRows({ ...size, data: pixels }, row, rows);
    else fillPixels(rows, pixels.subarray(row * size.width * size.channels));
  };
  const job = { units, unitPixels: multiple * size.width, rows: multiple, run, keep };
  parts.overlaps.decoder = await runInStrips(job, parts.overlaps.decoder);
}
