// Bundles from their sources to dist/bundled, where the sources have changed: the entries without ONNX Runtime, and what
// `convae` runs most. A page or a process that decodes one image loads a few files, not a hundred. kernels/build.mjs runs it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(import.meta.url);
const PACKAGE = dirname(SCRIPT);
const SOURCES = join(PACKAGE, 'src');
const TARGET = join(PACKAGE, 'dist/bundled');
const STAMP = 'sources.txt';

const source = (name) => join(SOURCES, `${name}.ts`);

/** Loaded on demand, by rare commands and bundles: the command line takes them as they are, from outside its bundle. */
const RARE =
  /^(cli\/(check|denoise|idx-count|merge|pack|reconstruct|score|verify)|codec\/(choose-quality|effort\/index|lossless-codec)|fetch\/kept-files|provider\/builtin\/index)\.js$/;

const OPTIONS = {
  absWorkingDir: PACKAGE,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifyIdentifiers: true,
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: '[name]-[hash]',
  metafile: true,
  write: false,
  logLevel: 'silent',
};

/** The path below `src` that a module names. */
const named = (path, by) => relative(SOURCES, join(dirname(by), path)).replaceAll(sep, '/');

/** What stays outside: Node's modules, workerd's compiled kernels, and the errors: one class for all entries of the package. */
const outside = {
  name: 'outside',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^node:/ }, () => ({ external: true }));
    const file = (path) => () => ({ path: `../../${path}`, external: true, sideEffects: false });
    onResolve({ filter: /\/kernels\.wasm$/ }, ({ path, importer }) => file(named(path, importer))());
    onResolve({ filter: /\/errors\.js$/ }, ({ path, importer }) =>
      named(path, importer) === 'errors.js' ? file('errors.js')() : undefined,
    );
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

/**
 * What is loaded on demand becomes part of the file, but {@link RARE}. Each module stays what it is: in esbuild's own form
 * for that, constants become variables, and coding takes longer.
 */
const whole = {
  name: 'whole',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\./ }, ({ kind, path, importer }) =>
      kind === 'dynamic-import' ? { path: `../../${named(path, importer)}`, external: true } : undefined,
    );
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: atOnce(path), loader: 'ts' }));
  },
};

/** A module that imports first what it imports on demand. */
function atOnce(module) {
  const imports = [];
  const body = readFileSync(module, 'utf8').replace(/\bimport\('(\.[^']+)'\)/g, (same, path) => {
    if (RARE.test(named(path, module))) return same;
    imports.push(`import * as onDemand${imports.length} from '${path}';`);
    return `Promise.resolve(onDemand${imports.length - 1})`;
  });
  return [...imports, body].join('\n');
}

const builtin = (...names) => names.map((name) => `builtin/${name}`);

/**
 * Rare parts of the builtin entries are files of their own, loaded when they are needed. Their core is what all entries load: the
 * parts share it whole, so that it is one file.
 */
const GROUPS = {
  node: { entries: builtin('node', 'node-decode'), core: builtin('loaders', 'node-platform') },
  web: {
    entries: builtin('web', 'web-decode', 'workerd', 'workerd-decode'),
    core: builtin('loaders', 'fetched-files'),
  },
  command: {
    entries: ['cli/main', 'node/threads/script'],
    // An error shows its line, and names in its stack.
    options: { minifyIdentifiers: false, minifyWhitespace: false, packages: 'external' },
    plugins: [whole],
  },
};

/** What the output depends on. */
function fingerprint() {
  const versionOf = (tool) => createRequire(SCRIPT)(`${tool}/package.json`).version;
  const hash = createHash('sha256').update(readFileSync(SCRIPT));
  for (const tool of ['esbuild', 'terser']) hash.update(`\0${versionOf(tool)}`);
  for (const name of readdirSync(SOURCES, { recursive: true }).sort())
    if (name.endsWith('.ts') && !name.includes('.test.'))
      hash.update(`\0${name}\0`).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex');
}

/** Fewer bytes than esbuild alone: it also puts into place what is used once. */
async function shortened({ path, text }, minify) {
  const { code } = await minify(text, { module: true, ecma: 2022, compress: { ecma: 2022, passes: 2 } });
  return { path, contents: code };
}

/** The files of a group: their names and contents. */
async function bundleGroup({ build, minify }, [group, { entries, core, options: own, plugins = [] }]) {
  const places = { entryPoints: entries.map(source), entryNames: '[name]', outdir: join(TARGET, group) };
  const options = { ...OPTIONS, ...own, ...places, splitting: core !== undefined };
  const { metafile, outputFiles: files } = await build({ ...options, plugins: [outside, ...plugins] });
  const inGroup = ({ path, contents }) => [join(group, basename(path)), contents];
  if (core === undefined) return files.map(inGroup);
  const loaded = Object.values(metafile.outputs).flatMap(({ entryPoint = [] }) => entryPoint);
  const parts = loaded
    .map((name) => join(PACKAGE, name))
    .filter((name) => !options.entryPoints.includes(name));
  const { outputFiles } = await build({ ...options, plugins: [outside, withCore(core, parts)] });
  return (await Promise.all(outputFiles.map((file) => shortened(file, minify)))).map(inGroup);
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
  const wanted = fingerprint();
  const stamp = join(TARGET, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const [{ build }, { minify }] = await Promise.all([import('esbuild'), import('terser')]);
  const groups = await Promise.all(
    Object.entries(GROUPS).map((group) => bundleGroup({ build, minify }, group)),
  );
  replaceTarget([...groups.flat(), [STAMP, wanted]]);
}
