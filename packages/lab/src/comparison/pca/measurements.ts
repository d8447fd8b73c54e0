import { type ImageBatch, serializeTables } from '@convae/runtime';
import { selectImages, spreadPositions } from '@convae/train/kit';
import { imagesHash } from '../data-hash.js';
import { errorsOf } from '../errors.js';
import type { Measurement, Plan } from '../measurement.js';
import { type Figures, type Method, USES, type Use } from '../result.js';
import type { Samples } from '../samples.js';
import { fitBasis, type PcaBasis, project, reconstruct } from './basis.js';
import { decodeCoefficients, encodeCoefficients } from './bitstream.js';
import { buildPcaCoding, type Extremes, extremesOf, type PcaCoding, usedComponents } from './tables.js';

/** Most values of an image that components are fitted for: the covariance grows with their square. */
const MAX_DIMENSIONS = 2048;
/** Most training coefficients that are kept; more images are thinned out evenly. */
const MAX_TRAINING_VALUES = 1 << 24;
/** Steps of the sweep, pixels 0..255, coarse to fine, each 15% below the one before. */
const PCA_STEPS: readonly number[] = Array.from({ length: 20 }, (_, i) =>
  Number((450 * 0.85 ** i).toPrecision(3)),
);

const LABEL = 'PCA with the same entropy coder';

const methodOf = (use: Use): Method => ({
  id: `pca-${use}`,
  label: `${LABEL}, ${use === 'single' ? 'one stream each' : 'one container'}`,
  family: 'pca',
  use,
  lossless: false,
  details:
    'components fitted and tables counted on training images; one step for all components, a table for each; output clipped',
});

/** Fitted components, and the training images in their terms. */
export interface FittedPca {
  readonly basis: PcaBasis;
  /** float32, N × components. */
  readonly training: Float32Array;
  readonly extremes: Extremes;
}

/** Fits the components on training images and expresses these in them. */
export function fitPca(images: ImageBatch): FittedPca {
  const basis = fitBasis(images);
  const training = project(basis, images);
  return { basis, training, extremes: extremesOf(training, basis.dimensions) };
}

/** Codes and decodes images with what {@link buildPcaCoding} made for a step. */
export async function measurePca(
  { basis }: Pick<FittedPca, 'basis'>,
  coding: PcaCoding,
  images: ImageBatch,
  use: Use,
): Promise<Figures> {
  const { container, streamBytesPerImage } = await encodeCoefficients(coding, project(basis, images), images);
  const coefficients = await decodeCoefficients(coding, container, images.count);
  const stored = (usedComponents(coding) + 1) * basis.dimensions * Float32Array.BYTES_PER_ELEMENT;
  return {
    bytesPerImage: use === 'single' ? streamBytesPerImage : container.length / images.count,
    modelBytes: stored + serializeTables(coding.tables).length,
    ...errorsOf(images, reconstruct(basis, coefficients, images)),
  };
}

/** Every step of PCA in both uses; nothing where images are too large or of many sizes. */
export function planPca(training: ImageBatch, { batches }: Pick<Samples, 'batches'>): Plan {
  const none = (reason: string): Plan => ({ measurements: [], skipped: [{ label: LABEL, reason }] });
  if (batches === undefined) return none('the pictures are of many sizes');
  const dimensions = training.height * training.width * training.channels;
  if (dimensions > MAX_DIMENSIONS)
    return none(`images of ${dimensions} values; components are fitted up to ${MAX_DIMENSIONS}`);
  const most = Math.max(1, Math.floor(MAX_TRAINING_VALUES / dimensions));
  const used = selectImages(training, spreadPositions(training.count, most));
  // Fitted once, by the first step that is not in the cache; tables serve both uses.
  let fitted: FittedPca | undefined;
  const codings = new Map<number, PcaCoding>();
  const measure = (step: number, use: Use): Promise<Figures> => {
    fitted ??= fitPca(used);
    const { training: coefficients, extremes } = fitted;
    const coding = codings.get(step) ?? buildPcaCoding(coefficients, extremes, step);
    codings.set(step, coding);
    return measurePca(fitted, coding, batches[use], use);
  };
  const trained = imagesHash(used);
  const seconds = (used.count * dimensions) / 2e7 + 0.1;
  const measurementsOf = (use: Use): Measurement[] =>
    PCA_STEPS.map((step) => ({
      method: methodOf(use),
      setting: `step ${step}`,
      isRung: true,
      key: { codec: 'pca', revision: 1, step, trained, use },
      cost: seconds,
      measure: () => measure(step, use),
    }));
  return { measurements: USES.flatMap(measurementsOf), skipped: [] };
}
