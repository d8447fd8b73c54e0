import { decoderLoader, type LoadBuiltinDecoder } from './loaders.js';
import { platform } from './workerd-platform.js';

export { ConvaeError } from '../errors.js';
export type * from './public-types.js';

export const loadDecoder: LoadBuiltinDecoder = decoderLoader(platform);
