import { serveCodec } from '@convae/runtime/worker';

serveCodec();
