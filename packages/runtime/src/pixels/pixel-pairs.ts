import { neighbourCount } from '../context/context-model.js';
import { differences, MAX_PIXEL_INPUT, type PixelModel } from './pixel-model.js';

/** What an indicator that is on counts. */
export const INDICATOR = MAX_PIXEL_INPUT;

type Sizes = Pick<PixelModel, 'radius' | 'channels' | 'copies'>;

/**
 * Where the pairs of {@link pairWeights} begin: each neighbour's channels from 0, the white indicators, the earlier channels of
 * the place, what tells whether colours differ; and their end.
 */
export function pairStarts(sizes: Sizes) {
  const { radius, channels } = sizes;
  const white = neighbourCount(radius) * channels;
  const own = white + channels;
  const differ = own + channels - 1;
  return { white, own, differ, end: differ + differences(sizes) };
}

/**
 * Writes the first layer's weights as pairs, P×U×2 with U ≥ H1 units: of each input its weight and that of its indicator, 0
 * for inputs that are indicators themselves.
 */
export function pairWeights(model: PixelModel, pairs: Int16Array, units: number): void {
  const { w1, hidden1 } = model;
  const { white, own, differ, end } = pairStarts(model);
  let row = 0;
  for (let pair = 0; pair < end; pair++) {
    const alone = (pair >= white && pair < own) || pair >= differ;
    for (let half = 0; half < (alone ? 1 : 2); half++, row++)
      for (let unit = 0; unit < hidden1; unit++)
        pairs[2 * (pair * units + unit) + half] = w1[row * hidden1 + unit]!;
  }
}
