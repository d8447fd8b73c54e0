import { MAX_PIXEL_INPUT, type PixelModel } from './pixel-model.js';

/** What an indicator that is on counts. */
export const INDICATOR = MAX_PIXEL_INPUT;

/** Number of {@link pairWeights}: each neighbour's channels, the white indicators, the earlier channels of the place. */
export const pairCount = ({
  w1,
  hidden1,
  channels,
}: Pick<PixelModel, 'w1' | 'hidden1' | 'channels'>): number => (w1.length / hidden1 + channels) / 2;

/**
 * Writes the first layer's weights as pairs, P×U×2 with U ≥ H1 units: of each input its weight and that of its indicator, 0
 * for the white indicators, which have none.
 */
export function pairWeights(model: PixelModel, pairs: Int16Array, units: number): void {
  const { w1, hidden1, channels } = model;
  const firstWhite = pairCount(model) - channels - (channels - 1);
  let row = 0;
  for (let pair = 0; pair < pairCount(model); pair++) {
    const white = pair >= firstWhite && pair < firstWhite + channels;
    for (let half = 0; half < (white ? 1 : 2); half++, row++)
      for (let unit = 0; unit < hidden1; unit++)
        pairs[2 * (pair * units + unit) + half] = w1[row * hidden1 + unit]!;
  }
}
