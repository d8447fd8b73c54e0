import { type Codec, type ImageBatch, type LatentBatch, sliceBatch } from '@convae/runtime';
import { floatMsePerImage, msePerImage } from './metrics/distortion.js';
import { ssimPerImage } from './metrics/ssim.js';

/** Most pixel values handed to the codec in one call; it cuts them into its own chunks. */
const MAX_CALL_VALUES = 1 << 22;
/** Most images handed to the codec in one call. */
const MAX_CALL_IMAGES = 1000;
/** Most latent values that are kept for the statistics. */
const MAX_LATENT_VALUES = 1 << 26;

/** How far a measurement is. */
export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
}

/** Per-image figures of one codec on one set of images. */
export interface Measurement {
  /** Of the uint8 output, 0..1. */
  readonly mse: Float64Array;
  /** Of the float output, 0..1. */
  readonly mseFloat: Float64Array;
  readonly ssim: Float64Array;
  /** The latents of the first images, as many as {@link MAX_LATENT_VALUES} allows. */
  readonly latents: readonly LatentBatch[];
  readonly encoderSeconds: number;
  readonly decoderSeconds: number;
  readonly imagesPerCall: number;
}

interface Timed<T> {
  readonly result: T;
  readonly seconds: number;
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

function callSize({ count, height, width, channels }: ImageBatch): number {
  const fitting = Math.floor(MAX_CALL_VALUES / (height * width * channels));
  return Math.max(1, Math.min(count, MAX_CALL_IMAGES, fitting));
}

/** One call: the latents, both outputs and their errors. */
async function measureCall(codec: Codec, images: ImageBatch) {
  const { height, width } = images;
  const latents = await timed(() => codec.embed(images));
  const output = await timed(() => codec.reconstruct(latents.result, { height, width }));
  const float = await codec.reconstruct(latents.result, { height, width, output: 'float32' });
  return {
    latents: latents.result,
    encoderSeconds: latents.seconds,
    decoderSeconds: output.seconds,
    mse: msePerImage(images, output.result),
    mseFloat: floatMsePerImage(images, float),
    ssim: ssimPerImage(images, output.result),
  };
}

type Call = Omit<Awaited<ReturnType<typeof measureCall>>, 'latents'>;

/** Keeps latents from the first image on without a gap; the first batch always stays. */
function keepLatents(kept: LatentBatch[], seen: number, latents: LatentBatch): void {
  const images = kept.reduce((total, { count }) => total + count, 0);
  const values = (images / latents.count + 1) * latents.data.length;
  if (images === seen && (seen === 0 || values <= MAX_LATENT_VALUES)) kept.push(latents);
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Sends all images through encoder and decoder and measures what comes back.
 * The first call is made once more beforehand, so that the times hold no first-run costs.
 */
export async function measureCodec(
  codec: Codec,
  images: ImageBatch,
  onProgress: (progress: EvaluationProgress) => void = () => {},
): Promise<Measurement> {
  const imagesPerCall = callSize(images);
  await measureCall(codec, sliceBatch(images, 0, imagesPerCall));
  const calls: Call[] = [];
  const kept: LatentBatch[] = [];
  for (let start = 0; start < images.count; start += imagesPerCall) {
    const end = Math.min(start + imagesPerCall, images.count);
    const { latents, ...call } = await measureCall(codec, sliceBatch(images, start, end));
    calls.push(call);
    keepLatents(kept, start, latents);
    onProgress({ done: end, total: images.count });
  }
  const sum = (part: 'encoderSeconds' | 'decoderSeconds'): number =>
    calls.reduce((total, call) => total + call[part], 0);
  return {
    mse: concatenate(calls.map(({ mse }) => mse)),
    mseFloat: concatenate(calls.map(({ mseFloat }) => mseFloat)),
    ssim: concatenate(calls.map(({ ssim }) => ssim)),
    latents: kept,
    encoderSeconds: sum('encoderSeconds'),
    decoderSeconds: sum('decoderSeconds'),
    imagesPerCall,
  };
}
