// Placeholders of pictures: ours, BlurHash's (4×3 components) and ThumbHash's of the same pixels, each brought to the bundle's
// size (32×32) by area averages. Bytes (of BlurHash: characters), and the PSNR of the mean squared error of all pictures.
// usage: node bench/placeholder.mjs --data DIR [--bundle DIR] [--max-bytes N] [--quality Q] [--limit N]   (after a build)
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decode as decodeBlurHash, encode as encodeBlurHash } from 'blurhash';
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash';
import { meanSquaredError, psnrOf } from '../packages/runtime/dist/index.js';
import { loadCodec, readImageFile } from '../packages/runtime/dist/node/index.js';
import {
  areaAverage,
  decodePlaceholder,
  encodePlaceholder,
} from '../packages/runtime/dist/placeholder/index.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    bundle: { type: 'string', default: 'models/placeholder' },
    'max-bytes': { type: 'string' },
    quality: { type: 'string' },
    limit: { type: 'string' },
  },
});
if (values.data === undefined) {
  console.error('expected --data DIR: a folder of pictures that the bundle was not trained on');
  process.exit(2);
}
const numberOf = (text) => (text === undefined ? undefined : Number(text));
const options = { maxBytes: numberOf(values['max-bytes']), quality: numberOf(values.quality) };
const codec = await loadCodec(values.bundle, { threads: 1 });
const { height, width } = codec.manifest.image;

function rgbaOf({ data }) {
  const rgba = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let i = 0; i < height * width; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return rgba;
}

function rgbOf(rgba) {
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { data, count: 1, height, width, channels: 3 };
}

/** Each gives the length of a picture's placeholder and what it decodes to. */
const KINDS = {
  async convae(image, aspectRatio) {
    const bytes = await encodePlaceholder(codec, image, { ...options, aspectRatio });
    return { length: bytes.length, image: (await decodePlaceholder(codec, bytes)).image };
  },
  ThumbHash(image) {
    const bytes = rgbaToThumbHash(width, height, rgbaOf(image));
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    if (w !== width || h !== height)
      throw new Error(`expected ${width}×${height} of ThumbHash, received ${w}×${h}`);
    return { length: bytes.length, image: rgbOf(rgba) };
  },
  'BlurHash 4×3'(image) {
    const text = encodeBlurHash(rgbaOf(image), width, height, 4, 3);
    return { length: text.length, image: rgbOf(decodeBlurHash(text, width, height)) };
  },
};

const names = readdirSync(values.data, { recursive: true }).filter((name) =>
  /\.(png|jpe?g|webp)$/i.test(name),
);
const files = names.sort().slice(0, numberOf(values.limit));
const totals = Object.fromEntries(Object.keys(KINDS).map((name) => [name, { bytes: 0, most: 0, error: 0 }]));
for (const file of files) {
  const picture = await readImageFile(join(values.data, file), 3);
  const image = areaAverage(picture, height, width);
  for (const [name, measure] of Object.entries(KINDS)) {
    const found = await measure(image, picture.width / picture.height);
    const total = totals[name];
    total.bytes += found.length;
    total.most = Math.max(total.most, found.length);
    total.error += meanSquaredError(image, found.image);
  }
}
console.log(`${codec.manifest.name}, ${files.length} pictures at ${height}×${width}`);
console.log('placeholder     bytes, mean    most       PSNR');
for (const [name, { bytes, most, error }] of Object.entries(totals)) {
  const [mean, psnr] = [(bytes / files.length).toFixed(2), psnrOf(error / files.length).toFixed(2)];
  console.log(`${name.padEnd(14)} ${mean.padStart(12)} ${String(most).padStart(7)} ${psnr.padStart(7)} dB`);
}
await codec.dispose();
