import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { FileServer } from './serve.js';

const START_TIMEOUT_MS = 60_000;

/** Starts Vite's development server in a project that has it. @throws Error with what it printed. */
export async function startViteServer(project: string): Promise<FileServer> {
  const vite = join(project, 'node_modules/vite/bin/vite.js');
  const options = { cwd: project, env: { ...process.env, NODE_ENV: 'development', NO_COLOR: '1' } };
  const child = spawn(process.execPath, [vite, '--port', '0'], options);
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    const fail = (): void => {
      child.kill();
      reject(new Error(`Vite's development server does not start:\n${output}`));
    };
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const [address] = /http:\/\/localhost:\d+/.exec(output) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', fail);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    origin,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
