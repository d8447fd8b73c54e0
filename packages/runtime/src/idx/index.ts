export * from './format.js';
export { type IdxImageStream, MAX_IDX_STREAM_BYTES, readIdxImageStream } from './stream.js';
