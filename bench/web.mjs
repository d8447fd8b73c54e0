// Images a second of the reference bundle in Chromium on WebAssembly (one thread, and two) beside Node's CPU provider on one
// thread, in turns, at batch 64: the networks through the codec, uint8 images in and out. Needs an installed Chromium.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = 'models/mnist-reference';
const BATCH = 64;
const ROUNDS = 15;
const ROUND_MS = 200;
const CHROMIUM = process.env.CONVAE_CHROMIUM ?? '/usr/bin/chromium';

/** Runs in Node and in the page: images a second of the encoder and of the decoder, over `ms` milliseconds each. */
const measure = async (codec, batch, ms) => {
  const { height, width, channels } = codec.manifest.image;
  const data = Uint8Array.from({ length: batch * height * width * channels }, (_, i) => (i * 7919) % 256);
  const images = { data, count: batch, height, width, channels };
  const latents = await codec.embed(images);
  const rate = async (run) => {
    await run();
    let count = 0;
    const begin = performance.now();
    while (performance.now() - begin < ms) {
      await run();
      count += batch;
    }
    return (count * 1000) / (performance.now() - begin);
  };
  return {
    encoder: await rate(() => codec.embed(images)),
    decoder: await rate(() => codec.reconstruct(latents)),
  };
};

/** A page that has loaded the codec with a number of threads. */
async function openPage(browser, origin, threads) {
  const page = await browser.newPage();
  await page.goto(`${origin}/?threads=${threads}`);
  await page.waitForFunction('globalThis.codec !== undefined', null, { timeout: 60_000 });
  const actual = await page.evaluate('globalThis.codec.threads');
  if (actual !== threads) throw new Error(`the page runs on ${actual} threads, expected ${threads}`);
  return (ms) => page.evaluate(`(${measure})(globalThis.codec, ${BATCH}, ${ms})`);
}

const PAGE = `<!doctype html><title>bench</title><script type="module" src="/page.js"></script>`;
const SCRIPT = `
  import { loadCodec } from './packages/runtime/dist/web/index.js';
  const threads = Number(new URLSearchParams(location.search).get('threads'));
  globalThis.codec = await loadCodec('/${BUNDLE}', { threads, wasmPaths: '/ort' });
`;
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Serves the page, its bundled script, ONNX Runtime's files and the repository's models, to this machine alone. */
async function serve() {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: ROOT, sourcefile: 'page.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    external: ['onnxruntime-web/*'],
    logLevel: 'silent',
  });
  // Not bundled: ONNX Runtime starts its threads from its own file.
  const page = outputFiles[0].text.replaceAll(
    /["']onnxruntime-web\/(wasm|webgpu)["']/g,
    '"/ort/ort.$1.bundle.min.mjs"',
  );
  const answer = async (path) => {
    if (path === '/') return PAGE;
    if (path === '/page.js') return page;
    if (path.startsWith('/ort/'))
      return readFile(join(ROOT, 'packages/runtime/node_modules/onnxruntime-web/dist', path.slice(5)));
    return readFile(join(ROOT, path));
  };
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const type =
      TYPES[extname(pathname).replace('.mjs', '.js')] ??
      (pathname === '/' ? 'text/html' : 'application/octet-stream');
    try {
      const content = await answer(pathname);
      response.writeHead(200, { 'content-type': type, ...ISOLATION }).end(content);
    } catch {
      response.writeHead(404, ISOLATION).end();
    }
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return { origin: `http://localhost:${server.address().port}`, close: () => server.close() };
}

/** Whatever else the machine does only slows a round down, so the fastest one tells most. */
const fastest = (rates) => Math.max(...rates);

if (!existsSync(CHROMIUM)) {
  console.error(`${CHROMIUM} is not there: install chromium, or name another with CONVAE_CHROMIUM`);
  process.exit(1);
}
const { loadCodec } = await import('@convae/runtime/node');
const codec = await loadCodec(join(ROOT, BUNDLE), { threads: 1 });
const server = await serve();
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
});
try {
  const runs = {
    'Node CPU, 1 thread': (ms) => measure(codec, BATCH, ms),
    'WASM, 1 thread': await openPage(browser, server.origin, 1),
    'WASM, 2 threads': await openPage(browser, server.origin, 2),
  };
  const results = Object.fromEntries(Object.keys(runs).map((name) => [name, { encoder: [], decoder: [] }]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const { encoder, decoder } = await run(ROUND_MS);
      // The first round warms up.
      if (round === 0) continue;
      results[name].encoder.push(encoder);
      results[name].decoder.push(decoder);
    }
  }
  const base = results['Node CPU, 1 thread'];
  console.log(
    `${BUNDLE}, batch ${BATCH}, fastest of ${ROUNDS} rounds; ${cpus().length} × ${cpus()[0].model}`,
  );
  console.log(
    `${'images a second'.padEnd(20)} ${'encoder'.padStart(9)} ${'of Node'.padStart(8)} ${'decoder'.padStart(9)} ${'of Node'.padStart(8)}`,
  );
  for (const [name, result] of Object.entries(results)) {
    const cells = ['encoder', 'decoder'].flatMap((network) => {
      const ratio = fastest(result[network]) / fastest(base[network]);
      return [fastest(result[network]).toFixed(0).padStart(9), `${(100 * ratio).toFixed(0)} %`.padStart(8)];
    });
    console.log(`${name.padEnd(20)} ${cells.join(' ')}`);
  }
} finally {
  await browser.close();
  server.close();
  await codec.dispose();
}
