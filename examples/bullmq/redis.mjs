// Starts a Redis that loses no job: each write is in its append-only file before it is answered.
//   node redis.mjs DIR [--port 6379]
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { count, options } from './queue.mjs';

const {
  positionals: [dir],
  values: { port },
} = options(
  { allowPositionals: true, options: { port: { type: 'string', default: '6379' } } },
  ({ positionals, values }) => positionals.length === 1 && count(values.port) < 65536,
  'usage: node redis.mjs DIR [--port N]',
);

const SETTINGS = {
  bind: '127.0.0.1',
  port,
  dir,
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  'maxmemory-policy': 'noeviction',
};

mkdirSync(dir, { recursive: true });
const flags = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
const redis = spawn('redis-server', flags, { stdio: 'inherit' });
redis.on('error', (error) => {
  console.error(`redis-server cannot be run (${error.message}); on Debian: apt-get install redis-server`);
  process.exitCode = 1;
});
redis.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => redis.kill(signal));
