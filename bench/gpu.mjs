// What a graphics card does: on Node with CUDA and with WebGPU the contract suite that every provider has to pass, then
// images a second of both networks and of the whole way to bytes and back, beside the processor. Prints a table with the
// card's name and writes it to a file. Where no provider runs on a card, it says why and measures nothing.
// usage: node bench/gpu.mjs [--bundle DIR]... [--batch 256] [--runs 5] [--output FILE]      (after a build)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadCodec } from '../packages/runtime/dist/node/index.js';
import { photoLike } from '../packages/runtime/dist/testing/photo-like.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SUITE = 'packages/runtime/src/node/accelerators.test.ts';
const PROVIDERS = ['cuda', 'webgpu'];
const SHOWN = { cpu: 'processor', cuda: 'CUDA', webgpu: 'WebGPU' };

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', multiple: true },
    batch: { type: 'string', default: '256' },
    runs: { type: 'string', default: '5' },
    output: { type: 'string', default: join(ROOT, 'test-results', 'gpu.md') },
  },
});
const [batch, runs] = ['batch', 'runs'].map((name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`expected an integer of at least 1 for --${name}, received ${values[name]}`);
});
const bundles =
  values.bundle?.map((path) => resolve(path)) ??
  ['mnist-reference', 'mnist-rate-high', 'photo'].map((name) => join(ROOT, 'models', name));

/** The cards' names and drivers, as NVIDIA's tool or the kernel's list of PCI devices has them; empty without a card. */
function cards() {
  const nvidia = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  if (nvidia.status === 0) return nvidia.stdout.trim().split('\n').filter(Boolean);
  const pci = spawnSync('lspci', [], { encoding: 'utf8' });
  return [...(pci.stdout ?? '').matchAll(/(?:VGA|3D|Display)[^:]*: (.+)$/gm)].map(([, name]) => name);
}

/** Why a provider does not run here; undefined where it does. */
async function whyNot(provider) {
  try {
    const codec = await loadCodec(bundles[0], { executionProviders: [provider], strict: true });
    await codec.dispose();
    return undefined;
  } catch (error) {
    return error.message.split('\n')[0];
  }
}

/** Tests of the contract suite on a provider: passed, failed. */
function contractOf(provider) {
  const file = join(tmpdir(), `convae-gpu-${process.pid}.json`);
  const args = ['run', '--project', 'unit', SUITE, '--reporter=json', `--outputFile=${file}`];
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  spawnSync(process.execPath, [vitest, ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const own = tests.filter(({ fullName }) => fullName.includes(`Node ${provider}`));
  const count = (status) => own.filter((test) => test.status === status).length;
  return { passed: count('passed'), failed: count('failed') };
}

/** As many seeded images as a batch has, of the bundle's own size. */
function imagesFor({ image: { height, width, channels } }) {
  const all = Array.from({ length: batch }, (_, seed) => photoLike(height, width, channels, seed));
  const data = new Uint8Array(batch * height * width * channels);
  for (const [i, { data: pixels }] of all.entries()) data.set(pixels, i * pixels.length);
  return { ...all[0], data, count: batch };
}

async function perSecond(task) {
  await task();
  const seconds = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await task();
    seconds.push((performance.now() - start) / 1000);
  }
  return batch / Math.min(...seconds);
}

/** The container of the images, in the pieces that were written. */
async function containerOf(codec, images) {
  const pieces = [];
  await codec.encodeContainer([images], { write: (bytes) => void pieces.push(bytes.slice()) });
  return pieces;
}

async function decodeAll(codec, pieces) {
  const { images } = await codec.decodeContainer(Readable.from(pieces));
  for await (const _placed of images);
}

async function measure(bundle, provider) {
  const codec = await loadCodec(bundle, { executionProviders: [provider], strict: true });
  try {
    const images = imagesFor(codec.manifest);
    const latents = await codec.embed(images);
    const coded = await containerOf(codec, images);
    return {
      encoder: await perSecond(() => codec.embed(images)),
      decoder: await perSecond(() => codec.reconstruct(latents)),
      encode: await perSecond(() => containerOf(codec, images)),
      decode: await perSecond(() => decodeAll(codec, coded)),
    };
  } finally {
    await codec.dispose();
  }
}

const whole = (value) => Math.round(value).toLocaleString('en');

async function tableOf(providers) {
  const rows = [
    ['bundle', 'provider', 'encoder', 'decoder', 'to bytes', 'back'],
    ['---', '---', '---:', '---:', '---:', '---:'],
  ];
  for (const bundle of bundles) {
    for (const provider of ['cpu', ...providers]) {
      const { encoder, decoder, encode, decode } = await measure(bundle, provider);
      const speeds = [encoder, decoder, encode, decode].map(whole);
      rows.push([basename(bundle), SHOWN[provider], ...speeds]);
    }
  }
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}.tmp`, text);
  renameSync(`${path}.${process.pid}.tmp`, path);
}

async function main() {
  const found = cards();
  const running = [];
  for (const provider of PROVIDERS) {
    const problem = found.length === 0 ? 'no graphics card was found' : await whyNot(provider);
    if (problem === undefined) running.push(provider);
    else console.warn(`SKIPPED: ${SHOWN[provider]} on Node: ${problem}`);
  }
  if (running.length === 0) return console.warn('SKIPPED: nothing to measure, and no table is written.');
  const contracts = running.map((provider) => ({ provider, ...contractOf(provider) }));
  const lines = contracts.map(
    ({ provider, passed, failed }) =>
      `- ${SHOWN[provider]}: ${passed} tests of the contract suite passed, ${failed} failed`,
  );
  const title = `${found.join('; ')}; ${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.versions.node}`;
  const how = `Images a second at batch ${batch}, fastest of ${runs} (\`npm run bench -- gpu\`).`;
  const text = `# ${title}\n\n${lines.join('\n')}\n\n${how}\n\n${await tableOf(running)}\n`;
  write(resolve(values.output), text);
  console.log(`${text}\nwritten to ${values.output}`);
  if (contracts.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;
}

await main();
