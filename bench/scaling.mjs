// What very many images cost in processor time, bytes and memory, and which limit is met first: measured on MNIST test
// images with the convae command, then multiplied. Processor time (user and system) hardly depends on what else runs.
// usage: node bench/scaling.mjs [--images 1e9] [--cores 1000] [--sample N] [--parts N] [--bundle DIR]...
//        [--save FILE] [--from FILE] [--page FILE]      (after a build; --save keeps what was measured, --from takes it and
//        measures nothing, --page puts the report between the two marks of docs/scaling.md)
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MAX_CHUNKS, MAX_IDX_IMAGES, openContainer, sliceBatch } from '../packages/runtime/dist/index.js';
import { openFileSource } from '../packages/runtime/dist/node/index.js';
import { writeIdxImages } from '../packages/train/dist/dataset/idx-file.js';
import { openDataset } from '../packages/train/dist/dataset/index.js';
import { convae, ROOT, scratchFolder, wholeNumber } from './shared/command.mjs';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1e9' },
    cores: { type: 'string', default: '1000' },
    sample: { type: 'string', default: '10000' },
    parts: { type: 'string', default: '400' },
    bundle: {
      type: 'string',
      multiple: true,
      default: ['mnist-reference', 'mnist-rate-high'].map((name) => join(ROOT, 'models', name)),
    },
    save: { type: 'string' },
    from: { type: 'string' },
    page: { type: 'string' },
  },
});

const images = wholeNumber(values, 'images');
const cores = wholeNumber(values, 'cores');

/** Start-up, and the seconds of one unit, from runs over few units and over many. */
function line(few, many, units) {
  const each = Math.max(0, (many.seconds - few.seconds) / (units.many - units.few));
  return { start: Math.max(0, few.seconds - each * units.few), each };
}

async function containerOf(path) {
  const source = await openFileSource(path);
  try {
    return await openContainer(source);
  } finally {
    await source.close();
  }
}

async function measureBundle(bundle, { few, many, folder, input }) {
  const file = (name) => join(folder, `${name}.cae`);
  const encode = (name) =>
    convae('encode', input[name], '-o', file(name), '--bundle', bundle, '--threads', '1', '--chunk', '65536');
  const decode = (name) =>
    convae('decode', file(name), '-o', join(folder, 'back.idx'), '--bundle', bundle, '--threads', '1');
  const coded = { few: encode('few'), many: encode('many') };
  const back = { few: decode('few'), many: decode('many') };
  const { imageCount, entries } = await containerOf(file('many'));
  return {
    name: basename(bundle),
    encode: { ...line(coded.few, coded.many, { few, many }), memory: coded.many.memory },
    decode: { ...line(back.few, back.many, { few, many }), memory: back.many.memory },
    bytesPerImage: statSync(file('many')).size / imageCount,
    // The first chunk is full where there is a second one.
    imagesPerChunk: entries[0].imageCount,
  };
}

/** Images in a chunk where the cost of chunks is measured. */
const SMALL_CHUNK = 8;

/** Merging a container with many chunks: seconds of a chunk from one copy and several, of a part from many parts. */
async function measureMerge(input, parts, folder) {
  const [chunked, single] = ['chunked', 'single'].map((name) => join(folder, `${name}.cae`));
  convae('encode', input.many, '-o', chunked, '--bundle', values.bundle[0], '--chunk', String(SMALL_CHUNK));
  convae('encode', input.few, '-o', single, '--bundle', values.bundle[0]);
  const merge = (part, count) => {
    const names = Array.from({ length: count }, (_, i) => join(folder, `part${i}.cae`));
    for (const name of names) copyFileSync(part, name);
    return convae('merge', ...names, '-o', join(folder, 'merged.cae'));
  };
  const { entries } = await containerOf(chunked);
  const chunk = line(merge(chunked, 1), merge(chunked, 5), { few: entries.length, many: 5 * entries.length });
  const many = merge(single, parts);
  const part = line(merge(single, 2), many, { few: 2, many: parts });
  return { start: part.start, chunk: chunk.each, part: part.each, memory: many.memory, parts };
}

async function measure() {
  const folder = scratchFolder();
  const test = await (await openDataset('mnist', {})).loadTest();
  const many = Math.min(wholeNumber(values, 'sample', 100), test.count);
  const few = Math.ceil(many / 10);
  const input = { few: join(folder, 'few.idx'), many: join(folder, 'many.idx') };
  await writeIdxImages(input.few, sliceBatch(test, 0, few));
  await writeIdxImages(input.many, sliceBatch(test, 0, many));
  const bundles = [];
  for (const path of values.bundle)
    bundles.push(await measureBundle(resolve(path), { few, many, folder, input }));
  const merge = await measureMerge(input, wholeNumber(values, 'parts', 3), folder);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
  return { machine, sample: many, rawBytes: test.height * test.width * test.channels, bundles, merge };
}

const number = (value, digits = 3) => Number(value.toPrecision(digits)).toLocaleString('en');
const size = (bytes) => {
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'].findLast((_, i) => bytes >= 1000 ** i) ?? 'B';
  return `${number(bytes / 1000 ** ['B', 'kB', 'MB', 'GB', 'TB'].indexOf(unit))} ${unit}`;
};
/** A shard should take about ten minutes: long beside its start, short beside what a lost machine costs. */
const SHARD_SECONDS = 600;

/** The rows of a bundle: what it costs for all images. */
function rowsOf({ encode, decode, bytesPerImage, imagesPerChunk }, merge) {
  const seconds = images * encode.each;
  const shards = Math.max(1, Math.ceil(seconds / SHARD_SECONDS));
  const chunks = Math.ceil(images / imagesPerChunk);
  return [
    [
      'processor time of an image, encode / decode',
      `${number(encode.each * 1e6)} / ${number(decode.each * 1e6)} µs`,
    ],
    ['core hours, encode', number((seconds + shards * encode.start) / 3600)],
    ['core hours, decode', number((images * decode.each + shards * decode.start) / 3600)],
    [
      `hours on ${number(cores)} cores, encode`,
      number((seconds + shards * encode.start) / 3600 / Math.min(cores, shards)),
    ],
    ['shards of about ten minutes', number(shards)],
    ['memory of an encoding process, a decoding one', `${size(encode.memory)}, ${size(decode.memory)}`],
    ['bytes of an image', number(bytesPerImage, 4)],
    ['bytes of all', size(images * bytesPerImage)],
    ['images in a chunk, at most', number(imagesPerChunk, 6)],
    ['chunks', number(chunks, 6)],
    [
      'processor time of merging them',
      `${number((merge.start + chunks * merge.chunk + shards * merge.part) / 60)} minutes`,
    ],
    [
      'containers that hold them',
      `${Math.ceil(chunks / MAX_CHUNKS)} (with \`--chunk\` as left out, 1024: ${Math.ceil(images / 1024 / MAX_CHUNKS)})`,
    ],
  ];
}

function report({ machine, sample, rawBytes, bundles, merge }) {
  const columns = bundles.map((bundle) => rowsOf(bundle, merge));
  const rows = columns[0].map(([label], i) => [label, ...columns.map((column) => column[i][1])]);
  const table = [['', ...bundles.map(({ name }) => name)], ['---', ...bundles.map(() => '---:')], ...rows];
  return [
    `${number(images)} images, from ${number(sample, 9)} MNIST test images; ${machine}; one thread a process:`,
    '',
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    `Raw pixels: ${size(images * rawBytes)} in ${Math.ceil(images / MAX_IDX_IMAGES)} IDX files of at most ${number(MAX_IDX_IMAGES, 7)} images.`,
    `Merging: ${number(merge.chunk * 1e6)} µs of processor time a chunk, ${number(merge.part * 1e6)} µs a part besides; ${size(merge.memory)} of memory with ${merge.parts} parts.`,
  ].join('\n');
}

/** What stands between the marks of a page. */
const MARKED = /(?<=<!-- npm run bench -- scaling -->\n).*(?=\n<!-- end -->)/s;

/** Puts text between the marks of a page. */
function renewPage(path, text) {
  const page = readFileSync(path, 'utf8');
  if (!MARKED.test(page)) throw new Error(`${path} has no marks for the report`);
  writeFileSync(
    path,
    page.replace(MARKED, () => text),
  );
}

const measured = values.from ? JSON.parse(readFileSync(values.from, 'utf8')) : await measure();
if (values.save) writeFileSync(values.save, `${JSON.stringify(measured, null, 2)}\n`);
const text = report(measured);
console.log(text);
if (values.page) renewPage(values.page, text);
