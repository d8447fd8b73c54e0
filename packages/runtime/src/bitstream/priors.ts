/**
 * How the symbols' probabilities are found: from the bundle's tables, or by its context model from the symbols
 * already decoded. The order is part of the bitstream.
 */
export const PRIORS = ['factorized', 'context'] as const;

/** One of {@link PRIORS}. */
export type Prior = (typeof PRIORS)[number];
