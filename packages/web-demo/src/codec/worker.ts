import { webgpu } from '@convae/runtime/webgpu';
import { serveCodec } from '@convae/runtime/worker';

serveCodec({ webgpu });
