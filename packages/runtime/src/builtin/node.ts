import { codecLoader, type LoadBuiltinCodec } from './loaders.js';
import { platform } from './node-platform.js';

export { ConvaeError } from '../errors.js';
export type * from './public-types.js';

export const loadCodec: LoadBuiltinCodec = codecLoader(platform);
