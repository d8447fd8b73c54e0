import { type ImageBatch, serializeTables } from '@convae/runtime';
import { selectImages, spreadPositions } from '@convae/train/kit';
import { imagesHash } from '../data-hash.js';
import { errorsOf, type Measurement, type Plan } from '../measurement.js';
import type { Figures, Method } from '../result.js';
import { fitBasis, type PcaBasis, project, reconstruct } from './basis.js';
import { decodeCoefficients, encodeCoefficients } from './bitstream.js';
import { buildPcaCoding, type Extremes, extremesOf, usedComponents } from './tables.js';

/** Most values of an image that components are fitted for: the covariance grows with their square. */
const MAX_DIMENSIONS = 2048;
/** Most training coefficients that are kept; more images are thinned out evenly. */
const MAX_TRAINING_VALUES = 1 << 26;
/** Steps of the sweep, pixels 0..255, coarse to fine, each 5% below the one before. */
const PCA_STEPS: readonly number[] = Array.from({ length: 48 }, (_, i) =>
  Number((450 * 0.95 ** i).toPrecision(3)),
);

const METHOD: Method = {
  id: 'pca',
  label: 'PCA with the same entropy coder',
  family: 'pca',
  lossless: false,
  details:
    'components fitted and tables counted on the training images; one step for all components, a table for each; output clipped',
};

/** Fitted components, and the training images in their terms. */
export interface FittedPca {
  readonly basis: PcaBasis;
  /** float32, N × components. */
  readonly training: Float32Array;
  readonly extremes: Extremes;
  /** float32, N × components. */
  readonly test: Float32Array;
}

/** Fits the components on training images and expresses both sets in them. */
export function fitPca(training: ImageBatch, test: ImageBatch): FittedPca {
  const basis = fitBasis(training);
  const trained = project(basis, training);
  const extremes = extremesOf(trained, basis.dimensions);
  return { basis, training: trained, extremes, test: project(basis, test) };
}

/** Codes and decodes the test images at a step. */
export async function measurePca(
  { basis, training, extremes, test }: FittedPca,
  images: ImageBatch,
  step: number,
): Promise<Figures> {
  const coding = buildPcaCoding(training, extremes, step);
  const { container, streamBytesPerImage } = await encodeCoefficients(coding, test, images);
  const coefficients = await decodeCoefficients(coding, container, images.count);
  const stored = (usedComponents(coding) + 1) * basis.dimensions * Float32Array.BYTES_PER_ELEMENT;
  return {
    bytesPerImage: container.length / images.count,
    streamBytesPerImage,
    modelBytes: stored + serializeTables(coding.tables).length,
    ...errorsOf(images, reconstruct(basis, coefficients, images)),
  };
}

/** Every step of PCA; nothing where images are too large or there are none to fit on. */
export function planPca(training: ImageBatch, images: ImageBatch): Plan {
  const dimensions = images.height * images.width * images.channels;
  if (dimensions > MAX_DIMENSIONS) {
    const reason = `images of ${dimensions} values; components are fitted up to ${MAX_DIMENSIONS}`;
    return { measurements: [], skipped: [{ label: METHOD.label, reason }] };
  }
  const most = Math.max(1, Math.floor(MAX_TRAINING_VALUES / dimensions));
  const used = selectImages(training, spreadPositions(training.count, most));
  // Fitted once, by the first step that is not in the cache.
  let fitted: FittedPca | undefined;
  const fit = (): FittedPca => {
    fitted ??= fitPca(used, images);
    return fitted;
  };
  const scale = (images.count * dimensions) / 7.84e6;
  const trained = imagesHash(used);
  const measurements = PCA_STEPS.map(
    (step): Measurement => ({
      method: METHOD,
      setting: `step ${step}`,
      key: { codec: 'pca', revision: 1, step, trained },
      cost: 4 * scale + 0.1,
      measure: async () => measurePca(fit(), images, step),
    }),
  );
  return { measurements, skipped: [] };
}
