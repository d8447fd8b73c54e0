// Bundles the entries without ONNX Runtime from their sources to dist/bundled, where the sources have changed: a page or a
// process that decodes one image loads a few files, not a hundred. kernels/build.mjs runs it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(import.meta.url);
const PACKAGE = dirname(SCRIPT);
const SOURCES = join(PACKAGE, 'src');
const TARGET = join(PACKAGE, 'dist/bundled');
const STAMP = 'sources.txt';

const source = (name) => join(SOURCES, `builtin/${name}.ts`);

/**
 * Rare parts are files of their own, loaded when they are needed. The core is what all entries load: the parts share it whole,
 * so that it is one file.
 */
const GROUPS = {
  node: { entries: ['node', 'node-decode'], core: ['loaders', 'node-platform'] },
  web: { entries: ['web', 'web-decode', 'workerd', 'workerd-decode'], core: ['loaders', 'fetched-files'] },
};

const OPTIONS = {
  absWorkingDir: PACKAGE,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  chunkNames: '[name]-[hash]',
  metafile: true,
  write: false,
  logLevel: 'silent',
};

/** What stays outside: Node's modules, workerd's compiled kernels, and the errors: one class for all entries of the package. */
const outside = {
  name: 'outside',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^node:/ }, () => ({ external: true }));
    const file = (path) => () => ({ path: `../../${path}`, external: true, sideEffects: false });
    onResolve({ filter: /\/kernels\.wasm$/ }, file('provider/builtin/kernels.wasm'));
    onResolve({ filter: /\/errors\.js$/ }, file('errors.js'));
  },
};

/** Lets the parts that are loaded on demand import the core. */
const withCore = (core, parts) => ({
  name: 'core',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^convae:/ }, ({ path }) => ({
      path: source(path.slice('convae:'.length)),
      sideEffects: true,
    }));
    const imports = core.map((name) => `\nimport 'convae:${name}';`).join('');
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      parts.includes(path) ? { contents: readFileSync(path, 'utf8') + imports, loader: 'ts' } : undefined,
    );
  },
});

/** What the output depends on. */
function fingerprint(version) {
  const hash = createHash('sha256').update(version).update(readFileSync(SCRIPT));
  for (const name of readdirSync(SOURCES, { recursive: true }).sort())
    if (name.endsWith('.ts') && !name.includes('.test.'))
      hash.update(`\0${name}\0`).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex');
}

/** The files of a group: their names and contents. */
async function bundleGroup(build, [group, { entries, core }]) {
  const options = { ...OPTIONS, entryPoints: entries.map(source), outdir: join(TARGET, group) };
  const { metafile } = await build({ ...options, plugins: [outside] });
  const loaded = Object.values(metafile.outputs).flatMap(({ entryPoint = [] }) => entryPoint);
  const parts = loaded
    .map((name) => join(PACKAGE, name))
    .filter((name) => !options.entryPoints.includes(name));
  const { outputFiles } = await build({ ...options, plugins: [outside, withCore(core, parts)] });
  return outputFiles.map(({ path, contents }) => [join(group, basename(path)), contents]);
}

/** All files or none. */
function replaceTarget(files) {
  const fresh = `${TARGET}.${process.pid}`;
  for (const [name, contents] of files) {
    mkdirSync(dirname(join(fresh, name)), { recursive: true });
    writeFileSync(join(fresh, name), contents);
  }
  rmSync(TARGET, { recursive: true, force: true });
  renameSync(fresh, TARGET);
}

/** Bundles the entries, unless those that are there are of the same sources. */
export async function bundleEntries() {
  const { build, version } = await import('esbuild');
  const wanted = fingerprint(version);
  const stamp = join(TARGET, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const groups = await Promise.all(Object.entries(GROUPS).map((group) => bundleGroup(build, group)));
  replaceTarget([...groups.flat(), [STAMP, wanted]]);
}
