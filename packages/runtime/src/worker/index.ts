/**
 * Codecs in web workers.
 * @module @convae/runtime/worker
 */
export {
  type CodecWorker,
  createWorkerCodec,
  type WorkerCodecOptions,
} from './client.js';
export { type LoadCodec, type MessageScope, type ServeOptions, serveCodec } from './serve.js';
