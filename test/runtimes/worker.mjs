// The same program as a worker of workerd: it answers with what it finds.
import { loadCodec } from '@convae/runtime/builtin';
import { loadDecoder } from '@convae/runtime/builtin/decode';
import { exercise } from './exercise.mjs';

export default {
  async fetch(request) {
    const address = new URL(request.url).searchParams.get('bundles');
    try {
      return Response.json(await exercise({ loadCodec, loadDecoder }, address));
    } catch (error) {
      return new Response(`${error.stack}`, { status: 500 });
    }
  },
};
