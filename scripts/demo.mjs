// Builds the browser demo and serves it with the headers that WebAssembly threads need, until interrupted.
//   --port N   4173 where left out; 0 for any free one
//   --host H   localhost where left out; 0.0.0.0 lets other machines in
//   --out DIR  where the built page goes, packages/web-demo/dist where left out
//   --models DIR  the folder whose subfolders are the bundles to show, models where left out
//   --pictures PHOTO  take the pictures of packages/web-demo/docs, with this photo on the page, and end
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, runQuietly, SetupError, say } from './steps.mjs';

const DEMO = join(ROOT, 'packages/web-demo');
const CONFIG = join(DEMO, 'vite.config.ts');

const OPTIONS = {
  port: { type: 'string', default: '4173' },
  host: { type: 'string', default: 'localhost' },
  out: { type: 'string', default: join(DEMO, 'dist') },
  models: { type: 'string', default: join(ROOT, 'models') },
  pictures: { type: 'string' },
};

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const port = Number(values.port);
    if (Number.isInteger(port) && port >= 0 && port < 65536) return { ...values, port };
    throw new Error(`expected a number of 0 to 65535 for --port, received ${values.port}`);
  } catch (error) {
    throw new SetupError(error.message);
  }
}

async function buildDemo({ out: outDir, models }) {
  say('Building the demo …');
  // In a process of its own: Vite takes NODE_ENV from the environment, and this is the page that is deployed.
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const env = { NODE_ENV: 'production', CONVAE_DEMO_MODELS: models };
  const args = [
    vite,
    'build',
    DEMO,
    '--config',
    CONFIG,
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  await runQuietly('Building the demo', process.execPath, args, { env });
  if (!existsSync(join(outDir, 'index.html')))
    throw new SetupError(`Building the demo left nothing in ${outDir}.`);
}

async function serveDemo({ out, port, host, pictures }) {
  const { preview } = await import('vite');
  const server = await preview({
    root: DEMO,
    configFile: CONFIG,
    logLevel: 'warn',
    build: { outDir: out },
    preview: { port, host, strictPort: false },
  });
  const { local, network } = server.resolvedUrls;
  if (pictures) return endWithPictures(server, local[0], resolve(FROM, pictures));
  for (const url of [...local, ...network]) console.log(`The demo is at ${url}`);
  console.log(`It is a folder of plain files, for any web server: ${out}`);
  console.log('Ctrl+C ends it.');
}

async function endWithPictures(server, url, photo) {
  const { takePictures } = await import('./demo-pictures.mjs');
  try {
    for (const path of await takePictures(url, photo, join(DEMO, 'docs'))) console.log(path);
  } finally {
    await server.close();
  }
}

// Relative folders are meant from where npm was called.
const FROM = process.env.INIT_CWD ?? process.cwd();

try {
  const options = readOptions();
  const folders = { out: resolve(FROM, options.out), models: resolve(FROM, options.models) };
  await buildDemo(folders);
  await serveDemo({ ...options, ...folders });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
