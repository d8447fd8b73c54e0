/**
 * Bits of a cumulative probability. Measured loss against exact probabilities, two-sided geometric symbols of
 * 0.03 / 0.45 / 2.3 bits: 12 bits 3.7 / 0.16 / 0.05 %, 14 bits 0.9 / 0.02 / 0.006 %, 16 bits 0.2 / 0.005 / 0.001 %.
 */
export const PRECISION = 16;
/** Sum of every table's frequencies. */
export const TOTAL = 2 ** PRECISION;
