import { codecLoader, type LoadBuiltinCodec } from './loaders.js';
import { platform } from './workerd-platform.js';

export type * from './public-types.js';
export { ConvaeError } from '../errors.js';

export const loadCodec: LoadBuiltinCodec = codecLoader(platform);
