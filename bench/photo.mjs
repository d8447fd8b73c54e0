// Megapixels a second of an any-size bundle on large pictures, Node's CPU provider, by part: networks, context network, entropy
// coder, pixels; with each prior the whole way of `encode` and `decode`, too. The pictures are made up (noise whose amplitude
// falls with its frequency, and edges), or the image files of a folder.
// usage: node bench/photo.mjs --bundle DIR [--images DIR] [--megapixels N] [--runs N] [--threads N] [--quality Q]   (after a build)
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  dequantize,
  EntropyModel,
  encodeContextSymbols,
  encodeSymbols,
  loadBundle,
  quantize,
  RangeEncoder,
  toFloatImages,
  toUint8Images,
} from '../packages/runtime/dist/index.js';
import { bundleFolder, loadCodec, readImageFile } from '../packages/runtime/dist/node/index.js';
import { photoLike } from '../packages/runtime/dist/testing/photo-like.js';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string' },
    images: { type: 'string' },
    megapixels: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    quality: { type: 'string' },
  },
});
const [runs, threads] = [Number(values.runs), Number(values.threads)];

if (values.bundle === undefined) {
  console.error('expected --bundle DIR: a bundle for images of any size (convae-train run --preset patch-8)');
  process.exit(2);
}
const bundle = await loadBundle(bundleFolder(values.bundle));
const { manifest } = bundle;
const model = new EntropyModel(manifest, bundle.coding);
const quality = values.quality === undefined ? model.defaultQuality : Number(values.quality);
const codec = await loadCodec(values.bundle, { threads });

async function pictures() {
  const { channels } = manifest.image;
  if (values.images === undefined) {
    const side = Math.round(Math.sqrt(Number(values.megapixels) * 2 ** 20));
    return [photoLike(side, side, channels, 1)];
  }
  const names = readdirSync(values.images).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
  return Promise.all(names.sort().map((name) => readImageFile(join(values.images, name), channels)));
}

const seconds = {};
/** Runs a part and adds the processor time that it took to that of its name. */
async function timed(name, task) {
  const start = process.cpuUsage();
  const result = await task();
  const { user, system } = process.cpuUsage(start);
  seconds[name] = (seconds[name] ?? 0) + (user + system) / 1e6;
  return result;
}

/** Every part by itself. */
async function parts(image) {
  const floats = await timed('pixels → floats', () => toFloatImages(image));
  const latents = await timed('encoder', () => codec.embed(floats));
  const { quantizer, tables } = model.at(quality);
  const symbols = await timed('quantizer', () => quantize(latents, quantizer));
  await timed('range coder, factorized', () => {
    const encoder = new RangeEncoder();
    encodeSymbols(encoder, symbols.data, tables, model.tableIndex(latents));
    encoder.finish();
  });
  if (model.priors.includes('context')) {
    const context = model.context();
    const nothing = { code: (_, symbol) => symbol };
    await timed('context network', () => context.code(symbols.data, latents, quality, nothing));
    await timed('context network and range coder', () =>
      encodeContextSymbols(new RangeEncoder(), symbols.data, context, latents, quality),
    );
  }
  const decoded = dequantize(symbols, quantizer);
  const size = { height: image.height, width: image.width };
  const output = await timed('decoder', () => codec.reconstruct(decoded, { ...size, output: 'float32' }));
  await timed('floats → pixels', () => toUint8Images(output));
  return symbols;
}

async function wholeWays(image) {
  let bytes = {};
  for (const prior of model.priors) {
    const coded = await timed(`encode, ${prior}`, () => codec.encode(image, { prior, quality }));
    await timed(`decode, ${prior}`, () => codec.decode(coded));
    bytes = { ...bytes, [prior]: coded.length };
  }
  return bytes;
}

const images = await pictures();
const pixels = images.reduce((sum, { height, width }) => sum + height * width, 0);
const fastest = {};
let [zeros, symbols, bytes] = [0, 0, {}];
// The first run warms up.
for (let run = 0; run <= runs; run++) {
  for (const name of Object.keys(seconds)) delete seconds[name];
  [zeros, symbols, bytes] = [0, 0, {}];
  for (const image of images) {
    const { data } = await parts(image);
    zeros += data.reduce((sum, symbol) => sum + (symbol === 0), 0);
    symbols += data.length;
    for (const [prior, length] of Object.entries(await wholeWays(image)))
      bytes[prior] = (bytes[prior] ?? 0) + length;
  }
  if (run === 0) continue;
  for (const [name, time] of Object.entries(seconds)) fastest[name] = Math.min(fastest[name] ?? time, time);
}
console.log(
  `${manifest.name}, quality ${quality}, ${images.length} pictures, ${(pixels / 1e6).toFixed(2)} megapixels, ` +
    `${((100 * zeros) / symbols).toFixed(0)} % zeros, ${threads} thread(s), fastest of ${runs}`,
);
for (const [prior, length] of Object.entries(bytes))
  console.log(`${prior}: ${length} bytes, ${((8 * length) / pixels).toFixed(3)} bits a pixel`);
for (const [name, time] of Object.entries(fastest))
  console.log(
    `${name.padEnd(32)} ${(1000 * time).toFixed(0).padStart(6)} ms ${(pixels / 1e6 / time).toFixed(2).padStart(7)} MP/s`,
  );
const { rss } = process.memoryUsage();
console.log(
  `resident at the end ${(rss / 2 ** 20).toFixed(0)} MiB, most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
);
await codec.dispose();
