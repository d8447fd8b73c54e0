// What the effort of encoding gives: at each effort the container bytes and the PSNR at every quality, the BD-rate against
// effort 0, and the processor time as a multiple of effort 0's, all efforts one after the other in each run.
// usage: node bench/effort.mjs --bundle DIR --images FILE.idx [--first N] [--count N] [--efforts 0,3,9] [--qualities 0,2]
//        [--runs N] [--threads N]      (after a build; tune on training images, report test images)
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bdRate } from '../packages/lab/dist/comparison/curve/bd-rate.js';
import { meanSquaredError, psnrOf, qualitiesOf, sliceBatch } from '../packages/runtime/dist/index.js';
import { loadCodec } from '../packages/runtime/dist/node/index.js';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string' },
    images: { type: 'string' },
    first: { type: 'string', default: '0' },
    count: { type: 'string', default: '1024' },
    efforts: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    qualities: { type: 'string' },
    runs: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
  },
});
if (values.bundle === undefined || values.images === undefined) {
  console.error('expected --bundle DIR and --images FILE.idx');
  process.exit(2);
}
const numbers = (text) => text.split(',').map(Number);
const [first, count, runs] = [values.first, values.count, values.runs].map(Number);
const efforts = [...new Set([0, ...numbers(values.efforts)])];

/** Images of an IDX file of bytes, count × height × width. */
function readImages(path) {
  const bytes = readFileSync(path);
  const [height, width] = [bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
  const data = new Uint8Array(bytes.subarray(16));
  const all = { data, count: bytes.readUInt32BE(4), height, width, channels: 1 };
  return sliceBatch(all, first, Math.min(all.count, first + count));
}

/** Encodes all images into one container: its bytes, and the processor seconds that it took. */
async function encode(quality, effort) {
  const parts = [];
  const start = process.cpuUsage();
  await codec.encodeContainer(
    [images],
    { write: (part) => void parts.push(part.slice()) },
    { quality, effort },
  );
  const { user, system } = process.cpuUsage(start);
  return { parts, seconds: (user + system) / 1e6 };
}

async function psnrOfContainer(parts) {
  let [squares, pixels] = [0, 0];
  const stream = (async function* () {
    yield* parts;
  })();
  const { images: decoded } = await codec.decodeContainer(stream);
  for await (const { firstImage, images: some } of decoded) {
    const original = sliceBatch(images, firstImage, firstImage + some.count);
    squares += meanSquaredError(original, some) * some.data.length;
    pixels += some.data.length;
  }
  if (pixels !== images.data.length) throw new Error('images are missing');
  return psnrOf(squares / pixels);
}

const codec = await loadCodec(values.bundle, { threads: Number(values.threads) });
const images = readImages(values.images);
const qualities = values.qualities ? numbers(values.qualities) : qualitiesOf(codec.manifest.quantizer);
const points = Object.fromEntries(efforts.map((effort) => [effort, []]));
const seconds = Object.fromEntries(efforts.map((effort) => [effort, 0]));
for (const effort of efforts) await encode(qualities[0], effort);
for (const quality of qualities) {
  for (const effort of efforts) {
    let fastest = Number.POSITIVE_INFINITY;
    let parts;
    for (let run = 0; run < runs; run++) {
      const done = await encode(quality, effort);
      [parts, fastest] = [done.parts, Math.min(fastest, done.seconds)];
    }
    const bytes = parts.reduce((sum, { length }) => sum + length, 0) / images.count;
    points[effort].push({ bytes, psnr: await psnrOfContainer(parts) });
    seconds[effort] += fastest;
  }
}

console.log(`${codec.manifest.name}, ${images.count} images, qualities ${qualities.join(', ')}`);
for (const effort of efforts) {
  const { percent, reason } = bdRate(points[0], points[effort]);
  const rate = effort === 0 ? '' : `  BD-rate ${percent === null ? reason : `${percent.toFixed(1)} %`}`;
  const each = points[effort].map(({ bytes, psnr }) => `${bytes.toFixed(2)} B ${psnr.toFixed(2)} dB`);
  console.log(
    `effort ${effort}  time × ${(seconds[effort] / seconds[0]).toFixed(1)}${rate}  ${each.join(', ')}`,
  );
}
await codec.dispose();
