import { spawn } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Leaves WebAssembly files to workerd, which takes them as modules: of each its name there, and where it lies. */
const asModule = (found: Map<string, string>): Plugin => ({
  name: 'wasm-module',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.wasm$/ }, ({ path, importer }) => {
      const file = join(dirname(importer), path);
      const name = `${basename(dirname(file))}.wasm`;
      found.set(name, file);
      return { path: `./${name}`, external: true };
    }),
});

const configOf = (modules: Iterable<string>): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "worker.js", esModule = embed "worker.js"),
        ${Array.from(modules, (name) => `(name = "${name}", wasm = embed "${name}"),`).join('\n        ')}
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
  const found = new Map<string, string>();
  await build({
    entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [asModule(found)],
    logLevel: 'silent',
  });
  for (const [name, file] of found) await copyFile(file, join(folder, name));
  await writeFile(join(folder, 'config.capnp'), configOf(found.keys()));
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
