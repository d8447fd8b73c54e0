import { decoderLoader, type LoadBuiltinDecoder } from './loaders.js';
import { platform } from './node-platform.js';

export { ConvaeError } from '../errors.js';
export type * from './public-types.js';

/** Loads the half of a bundle that decodes: see {@link LoadBuiltinDecoder}. */
export const loadDecoder: LoadBuiltinDecoder = decoderLoader(platform);
