import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nameOfPath } from '../../dataset/options.js';
import type { Metrics } from '../schema.js';
import { parseRateDistortion, RATE_DISTORTION_FILE, type RateDistortion } from './result.js';

/** The name of the folder of a data set's comparison, beside the folders of runs. */
export function comparisonFolder(dataset: string): string {
  return dataset === 'mnist' ? 'rate-distortion' : `rate-distortion-${nameOfPath(dataset)}`;
}

/** Whether a comparison and the figures of a run are about the same images. */
export function sameImages(a: RateDistortion['dataset'], b: Metrics['dataset']): boolean {
  const facts = ({ name, part, images, height, width, channels }: Metrics['dataset'] | typeof a) =>
    [name, part, images, height, width, channels].join();
  return facts(a) === facts(b);
}

/**
 * The comparison of other codecs on the images that a run was measured on; undefined where there is none beside the
 * run's folder.
 * @throws ConvaeError DATA_INVALID where its file breaks the schema.
 */
export async function findComparison(
  runDir: string,
  dataset: Metrics['dataset'],
): Promise<RateDistortion | undefined> {
  const path = join(dirname(runDir), comparisonFolder(dataset.name), RATE_DISTORTION_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const result = parseRateDistortion(JSON.parse(text));
  return sameImages(result.dataset, dataset) ? result : undefined;
}
