import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../architecture/imports.js';
import { ROOT } from './project.js';

const DIST = join(ROOT, 'packages/runtime/dist');

/** All modules that are reached from a built file, dynamic imports included: paths, and names of packages. */
function reached(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const { specifier } of parseSource(entry, readFileSync(entry, 'utf8')).imports) {
    if (specifier.startsWith('.')) reached(join(dirname(entry), specifier), found);
    else found.add(specifier);
  }
  return found;
}

const packagesOf = (entry: string): string[] =>
  [...reached(join(DIST, entry))].filter((name) => !name.startsWith(DIST)).sort();

describe('the built entries for browsers', () => {
  it.each(['web/index.js', 'worker/index.js', 'worker/script.js'])('%s needs no package of Node', (entry) => {
    expect(existsSync(join(DIST, entry))).toBe(true);
    expect(packagesOf(entry)).toEqual(['onnxruntime-web/wasm']);
  });

  it('that of WebGPU, and the worker’s script with it, bring the other build', () => {
    expect(packagesOf('web/webgpu.js')).toEqual(['onnxruntime-web/webgpu']);
    expect(packagesOf('worker/script-webgpu.js')).toEqual(['onnxruntime-web/wasm', 'onnxruntime-web/webgpu']);
  });

  it.each([
    'index.js',
    'bundled/web/web.js',
    'bundled/web/web-decode.js',
    'bundled/web/workerd.js',
    'bundled/web/workerd-decode.js',
  ])('%s needs no package at all', (entry) => {
    expect(packagesOf(entry)).toEqual([]);
  });

  it.each(['bundled/node/node.js', 'bundled/node/node-decode.js'])(
    '%s needs modules of Node alone',
    (entry) => {
      const packages = packagesOf(entry);
      expect(packages.length).toBeGreaterThan(0);
      expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
    },
  );

  it('and Node’s does: the walk sees imports', () => {
    expect(packagesOf('node/index.js')).toEqual(
      expect.arrayContaining(['node:fs/promises', 'onnxruntime-node', 'sharp']),
    );
  });
});

/** What most pages never load: the folder below dist that begins it, and the most bytes of it after gzip. */
const ON_DEMAND = {
  'provider/builtin/': 25_000,
  'codec/lossless-codec': 12_000,
  'codec/effort/': 7_000,
} as const;

/** Bytes after gzip of a built entry. */
interface Sizes {
  readonly atOnce: number;
  /** Everything that it may load but {@link ON_DEMAND}, each file compressed by itself. */
  readonly inAll: number;
  readonly onDemand: Readonly<Record<keyof typeof ON_DEMAND, number>>;
}

/** Bytes after gzip of the built entry: of what it loads at once, and of what it may load. */
async function measure(entry: string): Promise<Sizes> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(DIST, entry)],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    metafile: true,
    write: false,
    outdir: 'out',
    external: ['onnxruntime-web/*'],
    logLevel: 'silent',
  });
  const size = (files: readonly OutputFile[]): number =>
    files.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  const entryFile = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith(entry),
  )!;
  const atOnce = closure(metafile.outputs, entryFile[0]);
  const isAtOnce = ({ path }: OutputFile): boolean => [...atOnce].some((name) => path.endsWith(name));
  const begins = ({ path }: OutputFile, part: string): boolean =>
    Object.entries(metafile.outputs).some(([name, { entryPoint, inputs }]) => {
      // What only files of the part share has no entry point.
      const sources = entryPoint === undefined ? Object.keys(inputs) : [entryPoint];
      return path.endsWith(name) && sources.every((source) => source.includes(`/dist/${part}`));
    });
  const parts = Object.keys(ON_DEMAND) as (keyof typeof ON_DEMAND)[];
  const sizes = parts.map((part) => [part, size(outputFiles.filter((file) => begins(file, part)))]);
  return {
    atOnce: size(outputFiles.filter(isAtOnce)),
    inAll: size(outputFiles.filter((file) => !parts.some((part) => begins(file, part)))),
    onDemand: Object.fromEntries(sizes) as Sizes['onDemand'],
  };
}

/** An output file and those that it imports statically. */
function closure(outputs: Metafile['outputs'], path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind, external } of outputs[path]!.imports) {
    if (kind === 'import-statement' && !external) closure(outputs, next, found);
  }
  return found;
}

describe('the size of the entries for browsers, minified and gzipped, without ONNX Runtime', () => {
  it.each(['web/index.js', 'worker/index.js'])(
    '%s is at most 15 kB, 58 kB with all that it loads on demand for most bundles, and more for some features',
    async (entry) => {
      const { atOnce, inAll, onDemand } = await measure(entry);
      expect(atOnce).toBeGreaterThan(1000);
      expect(atOnce).toBeLessThanOrEqual(15_000);
      expect(inAll).toBeLessThanOrEqual(58_000);
      for (const [part, most] of Object.entries(ON_DEMAND)) {
        expect(onDemand[part as keyof typeof ON_DEMAND], part).toBeGreaterThan(1000);
        expect(onDemand[part as keyof typeof ON_DEMAND], part).toBeLessThanOrEqual(most);
      }
    },
  );
});
