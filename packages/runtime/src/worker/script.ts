import { serveCodec } from './serve.js';

serveCodec();
