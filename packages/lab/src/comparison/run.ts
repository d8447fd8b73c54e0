import { join } from 'node:path';
import { type ImageBatch, joinBatches, type PlainData } from '@convae/runtime';
import { type Dataset, factsOf } from '@convae/train/kit';
import type { BundleFolder } from './bundles/find.js';
import { planBundles } from './bundles/measurements.js';
import { type FigureCache, openCache } from './cache/cache.js';
import { BYTE_CODECS, type ByteCodec, planBytes } from './codecs/byte-streams.js';
import type { CodecEntry } from './codecs/picture-codec.js';
import { planPictures } from './codecs/picture-measurements.js';
import { PICTURE_CODECS } from './codecs/registry.js';
import { imagesHash } from './data-hash.js';
import { joinPlans, type Measurement, type Plan } from './measurement.js';
import { planPca } from './pca/measurements.js';
import {
  type Figures,
  type MeasuredMethod,
  type RateDistortion,
  rateDistortionFile,
  type Skipped,
} from './result.js';
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

async function planAll(options: CompareOptions, test: ImageBatch): Promise<Plan> {
  const { dataset, bundles, pictureCodecs = PICTURE_CODECS, byteCodecs = BYTE_CODECS } = options;
  const plans = [
    planBundles(bundles, test, dataset.name),
    planPca(fittingImages(dataset), test),
    await planBytes(test, byteCodecs),
    await planPictures(test, pictureCodecs),
  ];
  return joinPlans(plans);
}

interface Task extends Measurement {
  readonly cacheKey: PlainData;
  readonly known: Figures | undefined;
}

async function withKnown(plan: Plan, cache: FigureCache, images: string): Promise<Task[]> {
  return Promise.all(
    plan.measurements.map(async (measurement) => {
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

/** Puts a point to its method; methods keep the order in which they were planned. */
function collect(methods: Map<string, MeasuredMethod>, { method, setting }: Task, figures: Figures): void {
  const known = methods.get(method.id);
  const points = [...(known?.points ?? []), { setting, ...figures }];
  methods.set(method.id, { ...method, points });
}

async function figuresOf(task: Task, cache: FigureCache, onShare: (share: number) => void): Promise<Figures> {
  if (task.known !== undefined) return task.known;
  onShare(0);
  const figures = await task.measure((share) => onShare(Math.min(1, share)));
  await cache.set(task.cacheKey, figures);
  return figures;
}

async function measureTasks(
  tasks: readonly Task[],
  cache: FigureCache,
  report: CompareOptions['onProgress'],
) {
  const methods = new Map<string, MeasuredMethod>();
  const skipped: Skipped[] = [];
  const progress = progressOf(tasks, report);
  for (const [index, task] of tasks.entries()) {
    try {
      const figures = await figuresOf(task, cache, (share) => progress.at(task, index, share));
      collect(methods, task, figures);
    } catch (error) {
      skipped.push(skippedBy(`${task.method.label}, ${task.setting}`, error));
    }
    if (task.known === undefined) progress.finish(task, index);
  }
  return { methods: [...methods.values()], skipped };
}

/**
 * Measures bundles, PCA and other codecs on the test images of a data set: bytes that were really written, and the
 * errors of what was decoded from them. Nothing is tuned on these images.
 * @returns what rate-distortion.json holds.
 * @throws RangeError without test images; ConvaeError WRITE_FAILED. What a codec cannot do is listed as skipped.
 */
export async function compareCodecs(options: CompareOptions): Promise<RateDistortion> {
  const { dataset, folder, fresh = false, command, onProgress } = options;
  const test = await dataset.loadTest();
  if (test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  const sha256 = imagesHash(test);
  const cache = await openCache(join(folder, 'cache'), { fresh });
  const plan = await planAll(options, test);
  const { methods, skipped } = await measureTasks(await withKnown(plan, cache, sha256), cache, onProgress);
  const { count, height, width, channels } = test;
  return rateDistortionFile.collect(command, {
    dataset: { ...factsOf(dataset), images: count, height, width, channels, sha256 },
    methods,
    skipped: [...plan.skipped, ...skipped],
  });
}
