// The builtin provider beside ONNX Runtime's cpu (onnxruntime-node) and wasm (onnxruntime-web, in this process): processor time
// of a run of each network on one thread, in turns, medians; then the time from import to the first decoded image, each in a
// process of its own.
// usage: node bench/providers.mjs [--bundles a,b] [--batches 1,64] [--rounds N] [--starts N]   (after a build)
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNTIME = join(ROOT, 'packages/runtime');

const { values } = parseArgs({
  options: {
    bundles: { type: 'string', default: 'mnist-reference,mnist-rate-medium,photo' },
    batches: { type: 'string', default: '1,64' },
    rounds: { type: 'string', default: '25' },
    starts: { type: 'string', default: '5' },
  },
});

const built = (name) => import(pathToFileURL(join(RUNTIME, 'dist', name)).href);
const installed = (name) =>
  import(pathToFileURL(createRequire(join(RUNTIME, 'package.json')).resolve(name)).href);

async function loadProviders() {
  const { compileKernels, createBuiltin } = await built('provider/builtin/index.js');
  const { disableTelemetry } = await built('node/index.js');
  disableTelemetry();
  const [node, web] = [await installed('onnxruntime-node'), (await installed('onnxruntime-web')).default];
  web.env.wasm.numThreads = 1;
  return {
    builtin: { ort: createBuiltin(compileKernels), executionProviders: ['builtin'] },
    wasm: { ort: web, executionProviders: ['wasm'] },
    cpu: { ort: node.default, executionProviders: ['cpu'] },
  };
}

/** A function that runs a network on some images. */
async function openRun({ ort, executionProviders }, folder, manifest, half, batch) {
  const { file, input } = manifest[half];
  const session = await ort.InferenceSession.create(readFileSync(join(folder, file)), {
    executionProviders,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const dims = [
    batch,
    ...input.shape.slice(1).map((size, i) => (typeof size === 'number' ? size : sizeOf(manifest, half, i))),
  ];
  const data = Float32Array.from(
    { length: dims.reduce((a, b) => a * b) },
    (_, i) => ((i * 7919) % 256) / 255,
  );
  return () => session.run({ [input.name]: new ort.Tensor('float32', data, dims) });
}

function sizeOf(manifest, half, axis) {
  const { channels, height, width } = half === 'encoder' ? manifest.image : manifest.latent;
  return [channels, height, width][axis];
}

/** Unlike the clock's, the time of a thread does not grow with what else the machine does. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Rounds that are not counted: V8 optimises WebAssembly beside the run, and late where the machine is busy. */
const WARM_ROUNDS = 40;

/** Each a few milliseconds in turn; milliseconds a run. */
async function compare(runs, rounds) {
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      let count = 0;
      const begin = processorMs();
      while (count === 0 || processorMs() - begin < 10) {
        await run();
        count++;
      }
      if (round >= 0) times[name].push((processorMs() - begin) / count);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

async function table(providers) {
  console.log('bundle             network  batch  builtin ms    wasm ms     cpu ms  speed: of wasm   of cpu');
  for (const bundle of values.bundles.split(',')) {
    const folder = join(ROOT, 'models', bundle);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    for (const batch of values.batches.split(',').map(Number)) {
      for (const half of ['encoder', 'decoder']) {
        const runs = {};
        for (const [name, provider] of Object.entries(providers))
          runs[name] = await openRun(provider, folder, manifest, half, batch);
        const { builtin, wasm, cpu } = await compare(runs, Number(values.rounds));
        const figures = [builtin, wasm, cpu].map((ms) => ms.toFixed(3).padStart(10)).join(' ');
        const ratios = [wasm / builtin, cpu / builtin].map((ratio) => ratio.toFixed(2).padStart(8)).join(' ');
        console.log(
          `${bundle.padEnd(18)} ${half}  ${String(batch).padStart(4)}  ${figures}        ${ratios}`,
        );
      }
    }
  }
}

/** What a fresh process runs: from import to the first image. */
const START = `
const begin = performance.now();
const { loadCodec } = await import(process.argv[1]);
const codec = await loadCodec(process.argv[2], { executionProviders: [process.argv[3]] });
await codec.decode(Buffer.from(process.argv[4], 'hex'));
console.log(performance.now() - begin);
`;

async function starts() {
  const own = pathToFileURL(join(RUNTIME, 'dist/builtin/node.js')).href;
  const whole = pathToFileURL(join(RUNTIME, 'dist/node/index.js')).href;
  const { loadCodec } = await import(whole);
  console.log('\nimport to first decoded image, ms, median');
  for (const bundle of values.bundles.split(',')) {
    const folder = join(ROOT, 'models', bundle);
    const codec = await loadCodec(folder);
    const { height, width, channels } = codec.manifest.image;
    const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 7919) % 256);
    const bytes = await codec.encode({ data, count: 1, height, width, channels });
    await codec.dispose();
    const once = (provider, entry) =>
      Number(
        execFileSync(process.execPath, [
          '--input-type=module',
          '-e',
          START,
          entry,
          folder,
          provider,
          Buffer.from(bytes).toString('hex'),
        ]),
      );
    const ways = { 'entry builtin': ['builtin', own], builtin: ['builtin', whole], cpu: ['cpu', whole] };
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let i = 0; i < Number(values.starts); i++)
      for (const [name, way] of Object.entries(ways)) times[name].push(once(...way));
    const figures = Object.entries(times).map(([name, list]) => `${name} ${median(list).toFixed(0)}`);
    console.log(`${bundle.padEnd(18)} ${figures.join('  ')}`);
  }
}

await table(await loadProviders());
await starts();
