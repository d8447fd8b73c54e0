// node packages/runtime/kernels/build.mjs: compiles the kernels, where they have changed, to kernels-wasm.ts beside the sources
// that run them (the bytes in hexadecimal digits, which gzip packs better than base64), and to dist/…/kernels.wasm, which
// runtimes take that compile no bytes; then bundles the entries that carry them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEntries } from '../bundle.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = dirname(HERE);
/** Folders of sources; where below src what is made of them belongs; whether it is a file, too. */
const MODULES = [
  ['assembly', 'provider/builtin', true],
  ['context', 'context', true],
  ['images', 'codec/pixels', false],
  ['pixels', 'pixels', true],
];
/** What several of them import. */
const SHARED = 'shared';

/** No runtime, no checks, no imports: functions on addresses. */
const OPTIONS = [
  '--runtime',
  'stub',
  '-O3',
  '--converge',
  '--noAssert',
  '--use',
  'abort=',
  '--enable',
  'simd',
];

/** What the output depends on; it stands in its first line. */
function fingerprint(folder) {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256').update(JSON.stringify([version, OPTIONS, 'hex']));
  for (const name of [folder, SHARED].flatMap(sourcesOf))
    hash.update(`\0${name}\0`).update(readFileSync(join(HERE, name)));
  return `// Made by kernels/build.mjs of sources ${hash.digest('hex').slice(0, 32)}`;
}

const sourcesOf = (folder) =>
  readdirSync(join(HERE, folder))
    .sort()
    .map((name) => join(folder, name));

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, content);
  renameSync(`${path}.${process.pid}`, path);
}

async function compile(folder) {
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  const { error, stderr } = await asc.main([`${folder}/index.ts`, '-o', 'kernels.wasm', ...OPTIONS], {
    readFile: (name, base) => readSource(join(HERE, base, name)),
    listFiles: () => [],
    writeFile: (name, content) => files.set(name, content),
  });
  if (error) throw new Error(`The kernels cannot be compiled:\n${stderr.toString()}`, { cause: error });
  return files.get('kernels.wasm');
}

/** The compiler also looks where nothing is. */
const readSource = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null);

/** The bytes that a script made before holds, where it was made of the same sources. */
function known(path, head) {
  if (!existsSync(path)) return undefined;
  const script = readFileSync(path, 'utf8');
  return script.startsWith(`${head}\n`) ? Buffer.from(/'(.*)'/.exec(script)[1], 'hex') : undefined;
}

for (const [folder, room, asFile] of MODULES) {
  const script = join(PACKAGE, 'src', room, 'kernels-wasm.ts');
  const binary = join(PACKAGE, 'dist', room, 'kernels.wasm');
  const head = fingerprint(folder);
  const before = known(script, head);
  const bytes = before ?? Buffer.from(await compile(folder));
  if (before === undefined) {
    const comment = '/** The kernels, WebAssembly in hexadecimal digits. */';
    write(script, `${head}\n${comment}\nexport const KERNELS =\n  '${bytes.toString('hex')}';\n`);
  }
  if (asFile && !(existsSync(binary) && readFileSync(binary).equals(bytes))) write(binary, bytes);
}
await bundleEntries();
