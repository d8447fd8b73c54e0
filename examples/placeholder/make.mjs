// Writes placeholders.json: the placeholders of the pictures, base64. What a site would do once, when a picture comes in.
// usage: node examples/placeholder/make.mjs   (after a build)
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadCodec, writeFileAtomic } from '@convae/runtime/node';
import { encodePlaceholder } from '@convae/runtime/placeholder';
import sharp from 'sharp';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function pixelsOf(path) {
  const { data, info } = await sharp(await readFile(path))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), count: 1, height: info.height, width: info.width, channels: 4 };
}

const codec = await loadCodec(here('../../models/placeholder'));
const placeholders = {};
for (const name of (await readdir(here('pictures'))).sort()) {
  const bytes = await encodePlaceholder(codec, await pixelsOf(here(`pictures/${name}`)));
  placeholders[name] = Buffer.from(bytes).toString('base64');
  console.log(`${name}: ${bytes.length} bytes`);
}
await writeFileAtomic(here('placeholders.json'), `${JSON.stringify(placeholders, undefined, 2)}\n`);
await codec.dispose();
