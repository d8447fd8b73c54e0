// One module to load on demand: many pages have no containers.
export { decodeContainer, openImageContainer } from './container-decoder.js';
export { encodeContainer } from './container-encoder.js';
