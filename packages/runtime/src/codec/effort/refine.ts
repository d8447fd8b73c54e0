import { RangeEncoder, type Steps } from '../../entropy/index.js';
import { quantize } from '../../entropy/quantizer.js';
import {
  type FloatImageBatch,
  type ImageBatch,
  isFloatImages,
  type LatentBatch,
  sliceBatch,
  toFloatImages,
} from '../../image.js';
import { imagesAtOnce } from '../../provider/batch.js';
import type { CallOptions, CodingSettings } from '../coding/coding-context.js';
import type { Networks } from '../coding/networks.js';
import { createTurns, inTurns } from '../coding/turns.js';
import { imageSize } from '../shapes.js';
import type { IntervalLog } from './interval-log.js';
import { lambdaAt } from './lambda.js';
import { planOf, runsOf } from './plan.js';
import { SymbolSearch } from './search.js';
import { bitsSteps } from './symbol-bits.js';
import { Windows } from './windows.js';

/** Images that are searched together: as many as the networks take at once. */
const IMAGES_AT_ONCE = 64;

/** Images to encode, and how. */
export interface RefineJob {
  readonly networks: Networks;
  readonly images: ImageBatch | FloatImageBatch;
  /** Those of the images. */
  readonly latents: LatentBatch;
  readonly settings: CodingSettings;
  /** 1..9. */
  readonly effort: number;
  /** `onProgress` hears of 0..1. */
  readonly options: CallOptions;
}

/** Codes images `start` to `end` (exclusive): a payload. */
export type ImagesCoder = (start: number, end: number) => Steps<Uint8Array>;

/**
 * Finds symbols for images that cost less than the nearest ones of their latents: bits + lambda · squared error, for no
 * image more.
 * @returns what codes them, as `encodePayload` would.
 * @throws ConvaeError UNSUPPORTED where the bundle does not tell its lambda; ABORTED, and as running the decoder does.
 */
export async function refineSymbols(job: RefineJob): Promise<ImagesCoder> {
  const { images, latents, options } = job;
  const lambda = lambdaAt(job.networks.manifest, job.settings.quality);
  const logs: IntervalLog[] = [];
  const step = imagesAtOnce(IMAGES_AT_ONCE, images);
  for (let start = 0; start < latents.count; start += step) {
    const end = Math.min(latents.count, start + step);
    const onProgress = (part: number): void =>
      options.onProgress?.((start + part * (end - start)) / latents.count);
    const some = { images: sliceBatch(images, start, end), latents: sliceBatch(latents, start, end) };
    logs.push(...(await refineSome({ ...job, ...some, options: { ...options, onProgress } }, lambda)));
  }
  return (start, end) => replaySteps(logs.slice(start, end), latents.data.length / latents.count);
}

/** An image is a piece: the slow part is done. */
function* replaySteps(logs: readonly IntervalLog[], symbols: number): Steps<Uint8Array> {
  const encoder = new RangeEncoder();
  for (const log of logs) {
    log.replay(encoder);
    yield symbols;
  }
  return encoder.finish();
}

async function refineSome(job: RefineJob, lambda: number): Promise<readonly IntervalLog[]> {
  const { effort, options } = job;
  const plan = planOf(effort);
  const turns = createTurns(options.signal);
  const runs = runsOf(plan);
  let done = 0;
  const passed = async (): Promise<void> => {
    done++;
    if (!turns.due()) return;
    options.onProgress?.(done / runs);
    await turns.take();
  };
  const search = openSearch(job, lambda);
  for (const sweep of plan) {
    await search.measure();
    await passed();
    for await (const _run of search.sweep(sweep)) await passed();
  }
  await search.measure();
  return search.best;
}

function openSearch(
  { networks, images, latents, settings, options }: RefineJob,
  lambda: number,
): SymbolSearch {
  const { model, manifest } = networks;
  const { quantizer } = model.at(settings.quality);
  const originals = isFloatImages(images) ? images : toFloatImages(images);
  const { height, width } = images;
  const { signal } = options;
  return new SymbolSearch(latents, quantize(latents, quantizer), {
    quantizer,
    lambda,
    windows: new Windows(originals, latents, imageSize(manifest, latents, {})),
    bits: (symbols, directions) =>
      inTurns(bitsSteps(model, symbols, directions, settings), symbols.data.length, { signal }),
    restore: (some) => networks.restore(some, { signal, height, width }),
  });
}
