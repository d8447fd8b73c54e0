import { dirname, join } from 'node:path';
import { type LosslessMetrics, type Metrics, nameOfPath, readJson } from '@convae/train/kit';
import { type RateDistortion, rateDistortionFile } from './result.js';

/** The name of the folder of a data set's comparison, beside the folders of runs. */
export function comparisonFolder(dataset: string): string {
  return dataset === 'mnist' ? 'rate-distortion' : `rate-distortion-${nameOfPath(dataset)}`;
}

/** The images that a run was measured on. */
type MeasuredImages = (Metrics | LosslessMetrics)['dataset'];

/** Whether a comparison and the figures of a run are about the same images. */
export function sameImages(a: RateDistortion['dataset'], b: MeasuredImages): boolean {
  const facts = ({ name, part, images, height, width, channels }: MeasuredImages | typeof a) =>
    [name, part, images, height, width, channels].join();
  return facts(a) === facts(b);
}

/**
 * The comparison of other codecs on the images that a run was measured on; undefined where there is none beside the
 * run's folder.
 * @throws ConvaeError DATA_INVALID where its file is not JSON or breaks the schema, NOT_FOUND where it cannot be read.
 */
export async function findComparison(
  runDir: string,
  dataset: MeasuredImages,
): Promise<RateDistortion | undefined> {
  const path = join(dirname(runDir), comparisonFolder(dataset.name), rateDistortionFile.file);
  const result = await readJson(path, rateDistortionFile.parse);
  return result && sameImages(result.dataset, dataset) ? result : undefined;
}
