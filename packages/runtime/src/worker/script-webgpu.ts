import { webgpu } from '../web/webgpu.js';
import { serveCodec } from './serve.js';

serveCodec({ webgpu });
