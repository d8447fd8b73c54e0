// Vite plugin: the bundles of models/ become files of the page and the module `virtual:bundles`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  bundleHash,
  bundleIdentity,
  isLossless,
  type LosslessManifest,
  type Manifest,
  parseAnyManifest,
  qualityCount,
} from '@convae/runtime/core';
import type { Plugin } from 'vite';
import type { BundleEntry, BundleKind, ExactEntry, TrainedNoise } from '../src/codec/bundle-entry.js';

const MODULE = 'virtual:bundles';
const RESOLVED = `\0${MODULE}`;

interface Found {
  readonly entry: BundleEntry;
  /** Names of the bundle's files inside its folder. */
  readonly files: readonly string[];
}

/** @param options.models The folder whose subfolders are bundles. */
export function bundles({ models }: { readonly models: string }): Plugin {
  return {
    name: 'convae-bundles',
    resolveId: (id) => (id === MODULE ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      const found = await findBundles(models, (text) => this.warn(text));
      return [
        `export const bundles = ${JSON.stringify(found.map(({ entry }) => entry))};`,
        `export const wasmBytes = ${JSON.stringify(wasmBytes())};`,
      ].join('\n');
    },
    async buildStart() {
      if (this.environment.mode !== 'build') return;
      const found = await findBundles(models, () => {});
      const paths = found.flatMap(({ entry, files }) => [
        ...files.map((file) => join(entry.name, file)),
        ...(entry.exact === null ? [] : EXACT_FILES.map((file) => join(entry.exact!.name, file))),
      ]);
      for (const path of new Set(paths))
        this.emitFile({
          type: 'asset',
          fileName: `models/${path}`,
          source: readFileSync(join(models, path)),
        });
    },
    configureServer(server) {
      server.middlewares.use('/models', (request, response, next) => {
        try {
          const name = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
          if (!/^\/[\w.-]+\/[\w.-]+$/.test(name) || name.includes('..')) return next();
          response.end(readFileSync(join(models, name)));
        } catch {
          next();
        }
      });
    },
  };
}

/** Of a lossless bundle. */
const EXACT_FILES = ['manifest.json', 'context.bin'];

/** The preset of the reference network. */
const REFERENCE = 'reference';

/** Every bundle that codes images, the ones trained for rate and distortion first, then the reference network. */
async function findBundles(models: string, warn: (text: string) => void): Promise<Found[]> {
  const names = readdirSync(models, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const exact = await exactBundles(
    models,
    names.map(({ name }) => name),
  );
  const found: Found[] = [];
  for (const { name } of names) {
    if (exact.some(({ entry }) => entry.name === name)) continue;
    const result = await readBundle(models, name, exact);
    if (typeof result === 'string') warn(`models/${name} is left out: ${result}`);
    else found.push(result);
  }
  if (found.length === 0) throw new Error(`no bundle in ${models} that codes images`);
  return found.sort(
    (a, b) => rank(a) - rank(b) || Number(b.entry.reference) - Number(a.entry.reference) || size(a) - size(b),
  );
}

const KINDS: readonly BundleKind[] = ['rate-distortion', 'reconstruction', 'denoising'];
const rank = ({ entry }: Found): number => KINDS.indexOf(entry.kind);
/** Those that were not measured come last. */
const size = ({ entry }: Found): number => entry.typicalBytes || Number.MAX_VALUE;

/** A lossless bundle, and what it was trained on. */
interface Exact {
  readonly entry: ExactEntry;
  readonly manifest: LosslessManifest;
}

async function exactBundles(models: string, names: readonly string[]): Promise<Exact[]> {
  const found: Exact[] = [];
  for (const name of names) {
    const text = readManifest(models, name);
    const manifest = text && parseAnyManifest(text);
    if (!manifest || !isLossless(manifest)) continue;
    const hash = Buffer.from(await bundleHash(bundleIdentity(manifest)!)).toString('hex');
    found.push({
      entry: { name, folder: `models/${name}/`, bytes: manifest.context.bytes, hash },
      manifest,
    });
  }
  return found;
}

/** The lossless bundle that was trained on images of the same data and size. */
function exactFor({ image, training }: Manifest, exact: readonly Exact[]): ExactEntry | null {
  const sides = ['channels', 'height', 'width'] as const;
  const fits = ({ manifest }: Exact): boolean =>
    manifest.training.dataset === training.dataset &&
    sides.every((side) => manifest.image[side] === image[side]);
  return exact.find(fits)?.entry ?? null;
}

async function readBundle(models: string, name: string, exact: readonly Exact[]): Promise<Found | string> {
  const text = readManifest(models, name);
  if (text === undefined) return 'it has no manifest.json';
  const manifest = parseAnyManifest(text);
  if (isLossless(manifest)) return 'it is lossless';
  const identity = bundleIdentity(manifest);
  if (identity === undefined) return 'it has no entropy tables';
  const { encoder, decoder, tables, context } = manifest;
  const parts = [encoder, decoder, tables!, ...(context ? [context] : [])];
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const hash = Buffer.from(await bundleHash(identity)).toString('hex');
  const files = ['manifest.json', ...parts.map(({ file }) => file)];
  return { entry: { ...entryOf(name, manifest, bytes, hash), exact: exactFor(manifest, exact) }, files };
}

function readManifest(models: string, name: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readFileSync(join(models, name, 'manifest.json')));
  } catch {
    return undefined;
  }
}

function entryOf(name: string, manifest: Manifest, bytes: number, hash: string): Omit<BundleEntry, 'exact'> {
  const { image, latent, quantizer, training, context, rates = [] } = manifest;
  const qualities = qualityCount(quantizer!);
  const quality = manifest.quality ?? qualities - 1;
  const priors = context ? (['context', 'factorized'] as const) : (['factorized'] as const);
  const kind = kindOf(training);
  return {
    name,
    folder: `models/${name}/`,
    kind,
    reference: kind === 'reconstruction' && manifest.architecture.name === REFERENCE,
    bytes,
    hash,
    image: { channels: image.channels, height: image.height, width: image.width },
    anySize: image.anySize,
    latent: { channels: latent.channels, height: latent.height, width: latent.width },
    noise: noiseOf(training),
    quality,
    qualities,
    priors: [...priors],
    prior: manifest.prior ?? priors[0],
    typicalBytes: rates.find((rate) => rate.quality === quality)?.validationBytesPerImage ?? 0,
    typicalPsnr: rates.find((rate) => rate.quality === quality)?.validationPsnr ?? 0,
  };
}

function kindOf(training: Manifest['training']): BundleKind {
  if (noiseOf(training) !== null) return 'denoising';
  return (training.rate ?? null) === null ? 'reconstruction' : 'rate-distortion';
}

/** As `Codec.denoise` reads it: a level above 0. */
function noiseOf({ noise, noiseFrom, noiseKind }: Manifest['training']): TrainedNoise | null {
  if (typeof noise !== 'number' || noise <= 0) return null;
  const kind = noiseKind === 'salt-and-pepper' ? noiseKind : 'gaussian';
  return { kind, from: typeof noiseFrom === 'number' ? noiseFrom : noise, to: noise };
}

/** Sizes of ONNX Runtime's WebAssembly files, for the progress bar where a server does not tell. */
function wasmBytes(): { wasm: number; webgpu: number } {
  const require = createRequire(import.meta.url);
  const size = (file: string): number => statSync(require.resolve(`onnxruntime-web/${file}`)).size;
  return {
    wasm: size('ort-wasm-simd-threaded.wasm'),
    webgpu: size('ort-wasm-simd-threaded.asyncify.wasm'),
  };
}
