import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where tfjs-node is installed, and where it looks for its native parts. */
export interface TfjsPackage {
  /** Absolute path of the package folder, links resolved. */
  folder: string;
  /** Version of tfjs-node. */
  version: string;
  /** Node-API version that its binding is built for. */
  napiVersion: number;
  /** Path of the binding, relative to the package folder. */
  binding: string;
  /** Version of libtensorflow that the package's own installer fetches. */
  officialTensorflow: string;
}

interface PackageJson {
  version: string;
  binary: { module_name: string; module_path: string; napi_versions: number[] };
}

/** Describes the tfjs-node package in a folder; the one that this package imports, unless told otherwise. */
export function describeTfjsPackage(folder: string = installedFolder()): TfjsPackage {
  const { version, binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
  const napiVersion = newestNapi(binary.napi_versions, Number(process.versions.napi));
  const modulePath = binary.module_path.replace('{napi_build_version}', String(napiVersion));
  return {
    folder,
    version,
    napiVersion,
    binding: join(modulePath, `${binary.module_name}.node`),
    officialTensorflow: officialTensorflow(folder),
  };
}

/** The newest Node-API version that both the package and this Node offer: the choice that node-pre-gyp makes. */
export function newestNapi(offered: readonly number[], supported: number): number {
  const usable = offered.filter((version) => version <= supported);
  if (usable.length === 0)
    throw new Error(`this Node offers Node-API ${supported}, tfjs-node needs ${offered[0]}`);
  return Math.max(...usable);
}

/** The node_modules folder that holds the package and what it requires. */
export function siblingModules(tfjs: TfjsPackage): string {
  return dirname(dirname(tfjs.folder));
}

/** Files without which the backend cannot be loaded: absolute paths of the binding and of the libraries' folder. */
export function nativeFiles(tfjs: TfjsPackage): string[] {
  return [join(tfjs.folder, tfjs.binding), join(tfjs.folder, 'deps', 'lib')];
}

/** Whether all of {@link nativeFiles} exist; links that lead nowhere count as missing. */
export function hasNativeFiles(tfjs: TfjsPackage): boolean {
  return nativeFiles(tfjs).every((path) => existsSync(path));
}

function installedFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'));
}

function officialTensorflow(folder: string): string {
  const text = readFileSync(join(folder, 'scripts', 'deps-constants.js'), 'utf8');
  return /LIBTENSORFLOW_VERSION = '([\d.]+)'/.exec(text)?.[1] ?? 'unknown';
}
