import type { Manifest } from '../bundle/manifest.js';
import { ConvaeError } from '../errors.js';
import type { GraphSession } from './graph-session.js';

/** Stands for the encoder of a bundle that was packed without it: runs end in ConvaeError UNSUPPORTED. */
export function noEncoder({ name }: Pick<Manifest, 'name'>): GraphSession {
  return {
    missing: true,
    run: async () => {
      throw new ConvaeError('UNSUPPORTED', `${name} has no encoder: it was packed for decoding alone`);
    },
    release: async () => undefined,
  };
}
