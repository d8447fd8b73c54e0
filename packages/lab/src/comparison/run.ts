import { join } from 'node:path';
import { type ImageBatch, joinBatches, type PlainData } from '@convae/runtime';
import { isLossless } from '@convae/runtime/core';
import { type Dataset, factsOf } from '@convae/train/kit';
import type { BundleFolder } from './bundles/find.js';
import { planBundles } from './bundles/measurements.js';
import { type FigureCache, openCache } from './cache/cache.js';
import { BYTE_CODECS, type ByteCodec, planBytes } from './codecs/byte-streams.js';
import type { CodecEntry } from './codecs/picture-codec.js';
import { planPictures } from './codecs/picture-measurements.js';
import { PICTURE_CODECS } from './codecs/registry.js';
import { LadderWatch, type Span, visitOrder } from './ladder.js';
import { joinPlans, type Measurement, type Plan } from './measurement.js';
import { planPca } from './pca/measurements.js';

import { chooseRows, wantedSpan } from './psnr-rows.js';
import {
  type Figures,
  type MeasuredMethod,
  type RateDistortion,
  rateDistortionFile,
  type Skipped,
} from './result.js';
import { type Samples, takeSamples } from './samples.js';
import { skippedBy } from './skip.js';

/** How far a comparison is. */
export interface ComparisonProgress {
  /** What is being measured: method and setting. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Share of the whole work, 0..1. */
  readonly share: number;
}

/** Options of {@link compareCodecs}. */
export interface CompareOptions {
  readonly dataset: Dataset;
  readonly bundles: readonly BundleFolder[];
  /** The folder of the results; its `cache` keeps what was measured. */
  readonly folder: string;
  /** True: all test images are measured, not a sample. */
  readonly full?: boolean | undefined;
  /** The rows of the tables, dB; where left out they follow the bundles. */
  readonly psnrs?: readonly number[] | undefined;
  /** What BD-rates are taken over, dB; all that two curves have in common where left out. */
  readonly bdRange?: readonly [number, number] | undefined;
  /** Of our own encoder, 0..9; 0 where left out. */
  readonly effort?: number | undefined;
  /** True: lossless methods alone. */
  readonly lossless?: boolean | undefined;
  /** True: measure everything anew. */
  readonly fresh?: boolean | undefined;
  /** The command line, as a reader would type it again. */
  readonly command: string;
  readonly onProgress?: ((progress: ComparisonProgress) => void) | undefined;
  /** What is compared besides bundles and PCA; everything that is known where left out. */
  readonly pictureCodecs?: readonly CodecEntry[] | undefined;
  readonly byteCodecs?: readonly ByteCodec[] | undefined;
}

/** Training and validation images: nothing else fits components and tables. */
function fittingImages({ train, validation, testIsValidation }: Dataset): ImageBatch {
  return testIsValidation || validation.count === 0 ? train : joinBatches<ImageBatch>([train, validation]);
}

async function planAll(options: CompareOptions, samples: Samples): Promise<Plan> {
  const { dataset, bundles, pictureCodecs = PICTURE_CODECS, byteCodecs = BYTE_CODECS } = options;
  const exact = options.lossless ?? false;
  const entries = pictureCodecs.filter(({ lossless, slow }) => (exact ? lossless : !slow));
  const plans = [
    planBundles(exact ? bundles.filter(({ manifest }) => isLossless(manifest)) : bundles, samples, {
      dataset: dataset.name,
      effort: options.effort ?? 0,
    }),
    ...(exact ? [] : [planPca(fittingImages(dataset), samples)]),
    await planBytes(samples.batches?.together, byteCodecs),
    await planPictures(samples, entries),
  ];
  return joinPlans(plans);
}

interface Task extends Measurement {
  readonly cacheKey: PlainData;
  readonly known: Figures | undefined;
}

async function withKnown(plan: Plan, cache: FigureCache, { facts }: Samples): Promise<Task[]> {
  return Promise.all(
    plan.measurements.map(async (measurement) => {
      const images = facts[measurement.method.use]!.sha256;
      const cacheKey = { ...(measurement.key as object), images } as PlainData;
      return { ...measurement, cacheKey, known: await cache.get(cacheKey) };
    }),
  );
}

/** Reports shares of the work that is not known yet. */
function progressOf(tasks: readonly Task[], report: CompareOptions['onProgress']) {
  const whole = tasks.reduce((sum, task) => sum + (task.known ? 0 : task.cost), 0);
  let finished = 0;
  const at = ({ method, setting, cost }: Task, done: number, part: number): void => {
    const share = Math.min(1, (finished + cost * part) / whole);
    report?.({ label: `${method.label}, ${setting}`, done, total: tasks.length, share });
  };
  const finish = (task: Task, index: number): void => {
    finished += task.cost;
    at(task, index + 1, 0);
  };
  return { at, finish };
}

/** Points by method; methods keep the order in which they were planned. */
function methodsOf(
  tasks: readonly Task[],
  found: readonly (Figures | undefined)[],
  { low, high }: Span,
): MeasuredMethod[] {
  const methods = new Map<string, MeasuredMethod>();
  for (const [index, { method, setting, variant, isRung }] of tasks.entries()) {
    const figures = found[index];
    if (figures === undefined) continue;
    const point = { setting, ...(variant !== undefined && { variant }), ...figures };
    const points = [...(methods.get(method.id)?.points ?? []), point];
    methods.set(method.id, { ...method, ...(isRung && { span: [low, high] }), points });
  }
  return [...methods.values()];
}

async function figuresOf(task: Task, cache: FigureCache, onShare: (share: number) => void): Promise<Figures> {
  if (task.known !== undefined) return task.known;
  onShare(0);
  const figures = await task.measure((share) => onShare(Math.min(1, share)));
  await cache.set(task.cacheKey, figures);
  return figures;
}

/** What was measured, in the order of the plan; undefined where a setting was not needed or failed. */
async function measureTasks(
  tasks: readonly Task[],
  cache: FigureCache,
  { span, report }: { readonly span: Span; readonly report: CompareOptions['onProgress'] },
) {
  const found = new Array<Figures | undefined>(tasks.length);
  const skipped: Skipped[] = [];
  const progress = progressOf(tasks, report);
  const watch = new LadderWatch(span);
  for (const [done, index] of visitOrder(tasks).entries()) {
    const task = tasks[index]!;
    try {
      if (watch.isNeeded(task, index)) {
        found[index] = await figuresOf(task, cache, (share) => progress.at(task, done, share));
        watch.note(task, index, found[index].psnr);
      }
    } catch (error) {
      skipped.push(skippedBy(`${task.method.label}, ${task.setting}`, error));
    }
    if (task.known === undefined) progress.finish(task, done);
  }
  return { methods: methodsOf(tasks, found, span), skipped };
}

function datasetFacts({ dataset }: CompareOptions, { images, channels, batches }: Samples) {
  const { height, width } = batches?.single ?? dataset.train;
  return { ...factsOf(dataset), images, height, width, channels, manySizes: batches === undefined };
}

/**
 * Measures bundles, PCA and other codecs on the test images of a data set: bytes that were really written, and the
 * errors of what was decoded from them. Nothing is tuned on these images. All methods of one use see the same images.
 * @returns what rate-distortion.json holds.
 * @throws RangeError without test images; ConvaeError WRITE_FAILED. What a codec cannot do is listed as skipped.
 */
export async function compareCodecs(options: CompareOptions): Promise<RateDistortion> {
  const { dataset, bundles, folder, full = false, fresh = false, bdRange, command, onProgress } = options;
  const samples = await takeSamples(dataset, full);
  const psnrs = options.psnrs ?? chooseRows(bundles);
  const cache = await openCache(join(folder, 'cache'), { fresh });
  const plan = await planAll(options, samples);
  const tasks = await withKnown(plan, cache, samples);
  const span = wantedSpan([...psnrs, ...(bdRange ?? [])], bundles);
  const { methods, skipped } = await measureTasks(tasks, cache, { span, report: onProgress });
  return rateDistortionFile.collect(command, {
    dataset: datasetFacts(options, samples),
    samples: samples.facts,
    psnrs: [...psnrs].sort((a, b) => a - b),
    ...(bdRange && { bdRange }),
    methods,
    skipped: [...plan.skipped, ...skipped],
  });
}
