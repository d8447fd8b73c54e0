import { bundleIdentitySchema, count, figure, figuresFile, measuredImages, size } from '@convae/train/kit';
import * as z from 'zod';

/** Query images beside their nearest training images. */
export const NEIGHBOURS_PICTURE = 'features-neighbours.png';
/** The map of the test images, by itself. */
export const MAP_PICTURE = 'features-map.svg';
/** The curve of the anomaly scores, by itself. */
export const ROC_PICTURE = 'features-roc.png';

const share = z.number().min(0).max(1);

const representation = {
  /** What stands for an image: the latents, its pixels, or as many principal components of the pixels as latents. */
  representation: z.enum(['latents', 'pixels', 'pca']),
  /** Numbers of one image. */
  size,
};

const probe = z.object({
  ...representation,
  /** Weight of the squared coefficients, chosen on the validation images. */
  penalty: figure,
  trainAccuracy: share,
  validationAccuracy: share,
  testAccuracy: share,
});

const neighbours = z.object({
  ...representation,
  /** Both chosen on the validation images. */
  scaling: z.enum(['none', 'standardised']),
  k: size,
  validationAccuracy: share,
  testAccuracy: share,
  /** Mean share of the ten nearest training images that are of the test image's class. */
  precision: share,
});

/** An image of a part, and its class where there are labels. */
const image = { index: count, label: count.optional() };

const retrieval = z.object({
  scaling: z.enum(['none', 'standardised']),
  queries: z.array(
    z.object({
      /** Of the test images. */
      ...image,
      /** Of the training images, nearest first; Euclidean distance of the latents. */
      nearest: z.array(z.object({ ...image, distance: figure })),
    }),
  ),
});

const map = z.object({
  method: z.literal('umap'),
  seed: count,
  /** Test images, each with its place, 0..1. */
  points: z.array(z.object({ ...image, x: share, y: share })),
});

const curve = z.object({
  /** The score: the codec's error, that of as many principal components, the distance from the mean image. */
  score: z.enum(['codec', 'pca', 'mean']),
  /** Area under the curve. */
  auc: share,
  /** Share of anomalies found where 5% of the normal images are flagged. */
  foundAt5Percent: share,
  /** [normal images flagged, anomalies found], shares. */
  points: z.array(z.tuple([share, share])),
});

const anomaly = z.object({
  name: z.string(),
  source: z.string(),
  normalImages: size,
  anomalousImages: size,
  /** Median scores of the codec, mean squared errors on 0..1. */
  normalMedian: figure,
  anomalousMedian: figure,
  curves: z.array(curve).min(1),
});

/** What the latents of one bundle are good for. */
export const featuresFile = figuresFile('features', {
  bundle: bundleIdentitySchema,
  dataset: z.object({
    ...measuredImages,
    trainImages: size,
    validationImages: count,
    testImages: size,
    /** Number of classes of the training images; 0 without labels. */
    classes: count,
  }),
  /** Absent without labels. */
  probes: z.array(probe).optional(),
  neighbours: z.array(neighbours).optional(),
  retrieval,
  /** Absent where there are too few images. */
  map: map.optional(),
  /** Absent where no other data set was given. */
  anomaly: anomaly.optional(),
});

/** The content of features.json. */
export type Features = z.infer<typeof featuresFile.schema>;
export type Retrieval = Features['retrieval'];
export type MapPoints = NonNullable<Features['map']>;
export type Anomaly = NonNullable<Features['anomaly']>;
export type RepresentationName = NonNullable<Features['probes']>[number]['representation'];

/** What a representation is called in tables and plots. */
export const REPRESENTATION_TITLES: Readonly<Record<RepresentationName, string>> = {
  latents: 'latents',
  pixels: 'raw pixels',
  pca: 'PCA of the pixels',
};

/** `98.61%`. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
