// Set up before every unit test (x.test.ts): what such a test must not need fails here, and says so.
import { ChildProcess } from 'node:child_process';
import dns from 'node:dns';
import Module from 'node:module';

function refuse(what: string): never {
  throw new Error(`a unit test ${what}: a test that needs this is named x.slow.test.ts`);
}

// TypeScript's types leave these out or make them hard to replace; Node has had them since its first versions.
const modules = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const names = dns as unknown as { lookup(host: string, ...rest: unknown[]): unknown };
const processes = ChildProcess.prototype as unknown as { spawn(options: { file: string }): void };

const load = modules._load;
modules._load = (request, ...rest) =>
  request === '@tensorflow/tfjs-node' ? refuse('loads TensorFlow') : load.call(Module, request, ...rest);

processes.spawn = ({ file }) => refuse(`starts ${file}`);

const { lookup } = names;
names.lookup = (host, ...rest) =>
  host === '127.0.0.1' ? lookup(host, ...rest) : refuse(`looks for ${host}`);
