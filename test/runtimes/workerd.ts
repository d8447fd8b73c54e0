import { spawn } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Leaves the one WebAssembly file to workerd, which takes it as a module. */
const asModule = (found: Set<string>): Plugin => ({
  name: 'wasm-module',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.wasm$/ }, ({ path, importer }) => {
      found.add(join(dirname(importer), path));
      return { path: './kernels.wasm', external: true };
    }),
});

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "worker.js", esModule = embed "worker.js"),
        (name = "kernels.wasm", wasm = embed "kernels.wasm"),
      ],
      compatibilityDate = "2026-01-01",
      globalOutbound = "everywhere",
    )),
    (name = "everywhere", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Builds the worker as bundlers for workerd do, with what workerd needs beside it. */
export async function buildWorker(folder: string): Promise<void> {
  const found = new Set<string>();
  await build({
    entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [asModule(found)],
    logLevel: 'silent',
  });
  const [kernels, ...others] = found;
  if (kernels === undefined || others.length > 0) throw new Error(`expected one file, found ${[...found]}`);
  await copyFile(kernels, join(folder, 'kernels.wasm'));
  await writeFile(join(folder, 'config.capnp'), CONFIG);
}

/** A workerd that serves the worker of a folder. */
export async function startWorkerd(
  program: string,
  folder: string,
): Promise<AsyncDisposable & { readonly origin: string }> {
  const child = spawn(program, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await Promise.race([
    portOf(child.stdio[3] as Readable),
    ended.then(() => {
      throw new Error('workerd ended before it listened');
    }),
  ]);
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface(control)) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  throw new Error('workerd names no port');
}
