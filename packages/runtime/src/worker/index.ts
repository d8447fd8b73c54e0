export {
  type CodecWorker,
  createWorkerCodec,
  type WorkerCodecOptions,
} from './client.js';
export { type LoadCodec, type MessageScope, serveCodec } from './serve.js';
