import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

type Factory<T> = (options: object) => Promise<T>;

/**
 * Starts a WebAssembly module of @jsquash from the package's own files: left alone it would fetch them, which Node
 * cannot do for files.
 * @param path of module and WebAssembly without their endings: `@jsquash/jxl/codec/enc/jxl_enc`.
 */
export async function startModule<T>(path: string): Promise<T> {
  const module = await WebAssembly.compile(new Uint8Array(await readFile(require.resolve(`${path}.wasm`))));
  const { default: factory } = (await import(pathToFileURL(require.resolve(`${path}.js`)).href)) as {
    default: Factory<T>;
  };
  return factory({
    noInitialRun: true,
    instantiateWasm: (
      imports: WebAssembly.Imports,
      started: (instance: WebAssembly.Instance) => void,
    ): unknown => {
      const instance = new WebAssembly.Instance(module, imports);
      started(instance);
      return instance.exports;
    },
  });
}

/** The version of an installed package. */
export const packageVersion = (name: string): string =>
  (require(`${name}/package.json`) as { version: string }).version;

/** The options that a package of @jsquash starts from. */
export async function defaultOptions(name: string): Promise<Readonly<Record<string, unknown>>> {
  const url = pathToFileURL(require.resolve(`${name}/meta.js`)).href;
  return ((await import(url)) as { defaultOptions: Record<string, unknown> }).defaultOptions;
}
