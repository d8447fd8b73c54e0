/**
 * Decoders without ONNX Runtime.
 * @module @convae/runtime/builtin/decode
 */
import { decoderLoader, type LoadBuiltinDecoder } from './loaders.js';
import { platform } from './web-platform.js';

export { ConvaeError } from '../errors.js';
export type * from './public-types.js';

/** Loads the half of a bundle that decodes: see {@link LoadBuiltinDecoder}. */
export const loadDecoder: LoadBuiltinDecoder = decoderLoader(platform);
