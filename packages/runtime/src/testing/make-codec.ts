import type { BundleFiles } from '../bundle/files.js';
import type { Codec } from '../codec/codec.js';

/** Loads a codec on the platform and provider under test. */
export type MakeCodec = (bundle: BundleFiles, options?: { batchSize?: number }) => Promise<Codec>;
