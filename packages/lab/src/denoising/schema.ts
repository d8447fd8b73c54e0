import {
  bundleIdentitySchema,
  closeness,
  count,
  figuresFile,
  measuredImages,
  NOISE_KINDS,
  size,
} from '@convae/train/kit';
import * as z from 'zod';

/** The picture beside denoising.json. */
export const DENOISING_PICTURE = 'denoising.png';

const level = z.number().positive();

const quality = z.object(closeness);

const filterName = z.enum(['median', 'gaussian', 'non-local-means', 'total-variation']);
const filterSettings = z.record(z.string(), z.number());

const levelFigures = z.object({
  /** Of the noise of the test images: standard deviation, or share of the pixel values. */
  level,
  noisy: quality,
  network: quality,
  filters: z.array(
    quality.extend({
      filter: filterName,
      /** The best of the candidates on the images named by `tunedOn`, at this level. */
      settings: filterSettings,
    }),
  ),
});

/** What a network and classical filters make of noisy images. */
export const denoisingFile = figuresFile('denoising', {
  bundle: bundleIdentitySchema,
  dataset: z.object({ ...measuredImages, images: size }),
  noiseKind: z.enum(NOISE_KINDS),
  /** The levels that the network was trained on. */
  trained: z.object({ from: z.number().nonnegative(), to: level }),
  /** The images on which the filters' settings were chosen: no test images. */
  tunedOn: z.object({ part: z.enum(['validation', 'training']), images: size }),
  levels: z.array(levelFigures).min(1),
  /** Numbers of the test images in the picture. */
  shown: z.array(count),
});

/** The content of denoising.json. */
export type Denoising = z.infer<typeof denoisingFile.schema>;
/** The figures of one level of noise. */
export type DenoisingLevel = z.infer<typeof levelFigures>;
/** How close images came to the clean ones. */
export type DenoisingQuality = z.infer<typeof quality>;
export type FilterName = z.infer<typeof filterName>;
export type FilterSettings = z.infer<typeof filterSettings>;
