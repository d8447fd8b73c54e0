import { spawn } from 'node:child_process';
import { cpSync, createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCodedBundle } from '../../packages/runtime/src/testing/coded-bundle.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the page is built to, and where pictures of it go. */
export const RESULTS = join(ROOT, 'test-results/demo');
export const SITE = join(RESULTS, 'site');

/** A page that is served, until it is closed. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** The models that the tests choose among. */
export const MODELS = {
  first: 'mnist-rate-medium',
  reference: 'mnist-reference',
  tiny: 'tiny-context',
  noise: 'said-to-denoise',
  exact: 'mnist-lossless',
};

/**
 * A folder of bundles: one trained for rate and distortion; the reference network; one of other sizes with a context
 * prior; the reference network once more, with a manifest that says that it was trained on noise; and a lossless bundle.
 */
async function writeModels(): Promise<string> {
  const folder = emptyFolder('models');
  const copy = (from: string, name: string): void =>
    cpSync(join(ROOT, from), join(folder, name), { recursive: true });
  copy(`models/${MODELS.first}`, MODELS.first);
  copy(`models/${MODELS.reference}`, MODELS.reference);
  copy(`models/${MODELS.exact}`, MODELS.exact);
  copy('test/vectors/data/tiny-context', MODELS.tiny);
  copy(`models/${MODELS.reference}`, MODELS.noise);
  changeManifest(join(folder, MODELS.noise), ({ training }) =>
    Object.assign(training, { noise: 0.5, noiseFrom: 0.1, noiseKind: 'gaussian' }),
  );
  return folder;
}

/** Models in colour: for images of any size, of its own size alone, of any size with transparency, and for placeholders. */
export const COLOURS = {
  any: 'tiny-colours',
  fixed: 'tiny-stamp',
  clear: 'tiny-clear',
  placeholder: 'tiny-placeholder',
};

/** A folder of tiny bundles in colour, and one for digits, with which a visit begins. */
export async function writeColours(): Promise<string> {
  const folder = emptyFolder('colour-models');
  cpSync(join(ROOT, `models/${MODELS.reference}`), join(folder, MODELS.reference), { recursive: true });
  for (const [name, channels, anySize] of [
    [COLOURS.any, 3, true],
    [COLOURS.fixed, 3, false],
    [COLOURS.clear, 4, true],
    [COLOURS.placeholder, 3, false],
  ] as const) {
    const { contents } = await createCodedBundle({ channels, anySize, context: channels === 3 && anySize });
    mkdirSync(join(folder, name));
    for (const [file, bytes] of contents) writeFileSync(join(folder, name, file), bytes);
  }
  const rates = [{ quality: 2, validationPsnr: 20, validationBytesPerImage: 9 }];
  changeManifest(join(folder, COLOURS.placeholder), (manifest) => Object.assign(manifest, { rates }));
  return folder;
}

function changeManifest(folder: string, change: (manifest: { training: object }) => unknown): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { training: object };
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

function emptyFolder(name: string): string {
  const folder = join(RESULTS, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

const START_TIMEOUT_MS = 150_000;

/**
 * What `npm run demo` runs: builds the page with the models of a folder and serves it.
 * @throws Error with what it printed.
 */
export async function runDemo(write = writeModels, out = SITE): Promise<Served> {
  const models = await write();
  const args = [join(ROOT, 'scripts/demo.mjs'), '--port', '0', '--out', out, '--models', models];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (): void => reject(new Error(`the demo cannot be served:\n${output}`));
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, address] = /The demo is at (http:\S+)/.exec(output) ?? [];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', fail);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill();
    });
  return { url, close };
}

/** What a host may send for these; others send less. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Serves a folder below a path as a plain static host does: no headers but the type, .wasm as any binary file. */
export async function serveStatic(folder: string, below: string): Promise<Served> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
    const name = path.endsWith('/') ? `${path}index.html` : path;
    const file = join(folder, name.slice(below.length));
    if (!name.startsWith(below) || !isFile(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`, close };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
