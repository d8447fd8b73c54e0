import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

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
  /** Folders in which the package finds the modules that it requires; a copy elsewhere needs them as NODE_PATH. */
  modulePaths: string[];
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
    modulePaths: createRequire(join(folder, 'package.json')).resolve.paths('any') ?? [],
  };
}

/** The newest Node-API version that both the package and this Node offer: the choice that node-pre-gyp makes. */
export function newestNapi(offered: readonly number[], supported: number): number {
  const usable = offered.filter((version) => version <= supported);
  if (usable.length === 0)
    throw new Error(`this Node offers Node-API ${supported}, tfjs-node needs ${offered[0]}`);
  return Math.max(...usable);
}

/** The environment in which a copy of the package finds what the original requires. */
export function modulesEnvironment(tfjs: TfjsPackage): Record<string, string> {
  return { NODE_PATH: tfjs.modulePaths.join(delimiter) };
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
