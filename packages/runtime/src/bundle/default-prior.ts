import type { Prior } from '../bitstream/index.js';
import type { Manifest } from './manifest.js';

/** The prior that a bundle encodes with by default. */
export function defaultPrior({ prior, context }: Pick<Manifest, 'prior' | 'context'>): Prior {
  return prior ?? (context === undefined ? 'factorized' : 'context');
}
