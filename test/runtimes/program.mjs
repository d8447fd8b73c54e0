// usage: (node | deno | bun) program.mjs ADDRESS: prints what it finds with the bundles there, as JSON
import { loadCodec } from '@convae/runtime/builtin';
import { loadDecoder } from '@convae/runtime/builtin/decode';
import { exercise } from './exercise.mjs';

const [address] = process.argv.slice(2);
console.log(JSON.stringify(await exercise({ loadCodec, loadDecoder }, address)));
