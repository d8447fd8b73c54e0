import { bundleIdentitySchema, count, figure, figuresFile, measuredImages, size } from '@convae/train/kit';
import * as z from 'zod';

/** The picture beside artifacts.json. */
export const ARTIFACTS_PICTURE = 'artifacts.png';

const measure = z.object({
  /** Mean absolute steps between neighbouring pixels, 0..1: across the borders of cells, and inside them. */
  borderStep: figure,
  insideStep: figure,
  /** borderStep / insideStep; null where nothing varies inside. */
  ratio: figure.nullable(),
  /** Mean absolute step by place in the cell, the border last; empty where cells are not square. */
  places: z.array(figure),
  /** Mean power at all multiples of 1/cell cycles per pixel, without the mean, (0..1)². */
  cellPower: figure,
  /** The part of it at 1/2 cycles per pixel. */
  pixelPower: figure,
});

const decoder = z.object({
  /** The folder's name, as the table shows it. */
  title: z.string(),
  bundle: bundleIdentitySchema,
  /** Mean squared error and PSNR of the same reconstructions, pixels 0..1. */
  mse: figure,
  psnr: z.number().nullable(),
  measure,
  /** The decoder's ratio divided by the originals': 1 where no cell shows. */
  artifact: figure.nullable(),
});

/** How far the cells of the latent show in reconstructions. */
export const artifactsFile = figuresFile('artifacts', {
  dataset: z.object({ ...measuredImages, images: size }),
  /** Pixels of the image that one latent position stands for. */
  cell: z.object({ height: size, width: size }),
  originals: measure,
  decoders: z.array(decoder).min(1),
  /** Numbers of the images in the picture. */
  shown: z.array(count),
});

/** The content of artifacts.json. */
export type Artifacts = z.infer<typeof artifactsFile.schema>;
/** The figures of one set of images. */
export type ArtifactMeasure = z.infer<typeof measure>;
/** The figures of one bundle. */
export type DecoderArtifacts = z.infer<typeof decoder>;

/** A figure, `–` where there is none. */
export const real = (value: number | null, digits: number): string =>
  value === null ? '–' : value.toFixed(digits);
