import type { ImageBatch } from '@convae/runtime';
import { gaussianFilter, medianFilter, nonLocalMeans, type Plane, totalVariation } from './filters.js';
import type { FilterName, FilterSettings } from './schema.js';

interface Filter {
  readonly title: string;
  /** The settings to choose from at a level of noise. */
  readonly candidates: (level: number) => FilterSettings[];
  readonly apply: (plane: Plane, settings: FilterSettings) => Float64Array;
}

/** The settings of a filter, as its function takes them. */
const as = <T>(settings: FilterSettings): T => settings as T;

/** The filters that the network is compared with. */
export const FILTERS: Readonly<Record<FilterName, Filter>> = {
  median: {
    title: 'median',
    candidates: () => [3, 5, 7].map((side) => ({ side })),
    apply: (plane, settings) => medianFilter(plane, as(settings)),
  },
  gaussian: {
    title: 'Gaussian',
    candidates: () => [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.7, 2].map((sigma) => ({ sigma })),
    apply: (plane, settings) => gaussianFilter(plane, as(settings)),
  },
  'non-local-means': {
    title: 'non-local means',
    candidates: (level) =>
      [3, 5, 7].flatMap((patch) =>
        [0.2, 0.35, 0.5, 0.7, 0.9, 1.2, 1.6].flatMap((share) =>
          [0, 0.7].map((part) => ({ h: share * level, patch, sigma: part * level })),
        ),
      ),
    apply: (plane, settings) => nonLocalMeans(plane, as(settings)),
  },
  'total-variation': {
    title: 'total variation',
    candidates: (level) =>
      [0.15, 0.25, 0.4, 0.55, 0.7, 0.9, 1.2, 1.6, 2.2].map((share) => ({ weight: share * level })),
    apply: (plane, settings) => totalVariation(plane, as(settings)),
  },
};

export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

/** All images through a filter, each channel by itself: uint8, as a user gets them from a network. */
export function filterImages(images: ImageBatch, name: FilterName, settings: FilterSettings): ImageBatch {
  const { count, height, width, channels } = images;
  const { apply } = FILTERS[name];
  const output = new Uint8Array(images.data.length);
  const size = height * width;
  const plane = { data: new Float64Array(size), height, width };
  for (let n = 0; n < count * channels; n++) {
    const start = Math.floor(n / channels) * size * channels + (n % channels);
    for (let i = 0; i < size; i++) plane.data[i] = images.data[start + i * channels]! / 255;
    const filtered = apply(plane, settings);
    for (let i = 0; i < size; i++)
      output[start + i * channels] = Math.round(Math.min(Math.max(filtered[i]!, 0), 1) * 255);
  }
  return { data: output, count, height, width, channels };
}
