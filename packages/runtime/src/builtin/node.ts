import { codecLoader, type LoadBuiltinCodec } from './loaders.js';
import { platform } from './node-platform.js';

export { ConvaeError } from '../errors.js';
export type * from './public-types.js';

/** Loads a bundle and gives a ready codec without ONNX Runtime: see {@link LoadBuiltinCodec}. */
export const loadCodec: LoadBuiltinCodec = codecLoader(platform);
