// node packages/runtime/kernels/build.mjs: compiles the kernels of the builtin provider, where they have changed, to
// src/provider/builtin/kernels-wasm.ts (the bytes in hexadecimal digits, which gzip packs better than base64) and dist/provider/builtin/kernels.wasm.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = dirname(HERE);
const SOURCES = join(HERE, 'assembly');
const SCRIPT = join(PACKAGE, 'src/provider/builtin/kernels-wasm.ts');
const BINARY = join(PACKAGE, 'dist/provider/builtin/kernels.wasm');

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
function fingerprint() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256').update(JSON.stringify([version, OPTIONS, 'hex']));
  for (const name of readdirSync(SOURCES).sort())
    hash.update(`\0${name}\0`).update(readFileSync(join(SOURCES, name)));
  return `// Made by kernels/build.mjs of sources ${hash.digest('hex').slice(0, 32)}`;
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, content);
  renameSync(`${path}.${process.pid}`, path);
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  const { error, stderr } = await asc.main(['index.ts', '-o', 'kernels.wasm', ...OPTIONS], {
    readFile: (name, base) => readSource(join(base, name)),
    listFiles: () => [],
    writeFile: (name, content) => files.set(name, content),
  });
  if (error) throw new Error(`The kernels cannot be compiled:\n${stderr.toString()}`, { cause: error });
  return files.get('kernels.wasm');
}

/** The compiler also looks where nothing is. */
function readSource(name) {
  const path = join(SOURCES, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** The bytes that a script made before holds, where it was made of the same sources. */
function known(head) {
  if (!existsSync(SCRIPT)) return undefined;
  const script = readFileSync(SCRIPT, 'utf8');
  return script.startsWith(`${head}\n`) ? Buffer.from(/'(.*)'/.exec(script)[1], 'hex') : undefined;
}

const head = fingerprint();
const before = known(head);
const bytes = before ?? Buffer.from(await compile());
if (before === undefined) {
  const comment = '/** The kernels, WebAssembly in hexadecimal digits. */';
  write(SCRIPT, `${head}\n${comment}\nexport const KERNELS =\n  '${bytes.toString('hex')}';\n`);
}
if (!existsSync(BINARY) || !readFileSync(BINARY).equals(bytes)) write(BINARY, bytes);
