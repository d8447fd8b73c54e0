// Takes jobs until it is stopped: encodes shards, and merges them once all of a container are there.
//   node work.mjs [--concurrency N]
// Each job is a run of the convae command. A shard appears whole or not at all, and one that is there is not encoded
// again, so a job may be started any number of times, on any machine that sees the files.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UnrecoverableError, Worker } from 'bullmq';
import { connection, count, ENCODE, MERGE, options, reporting } from './queue.mjs';

const { values } = options(
  { options: { concurrency: { type: 'string', default: '1' } } },
  ({ values: { concurrency } }) => count(concurrency) > 0,
  'usage: node work.mjs [--concurrency N]',
);

const runtime = createRequire(import.meta.url).resolve('@convae/runtime/package.json');
const CONVAE = join(dirname(runtime), 'bin/convae.js');
const run = promisify(execFile);

/** Runs the convae command. A mistake in its arguments (exit code 2) is not tried again. */
async function convae(...args) {
  try {
    const { stdout } = await run(process.execPath, [CONVAE, ...args, '--json']);
    return JSON.parse(stdout);
  } catch (error) {
    const message = error.stderr?.trim().split('\n').at(-1) || error.message;
    throw error.code === 2 ? new UnrecoverableError(message) : new Error(message);
  }
}

const encode = ({ data: { inputs, output, bundle, shard, flags } }) =>
  convae('encode', ...inputs, '-o', output, '--bundle', bundle, '--shard', shard, ...flags);

/** The names of the shards sort as their numbers do. */
async function merge(job) {
  const shards = Object.values(await job.getChildrenValues());
  const parts = shards.map(({ output }) => output).sort();
  return convae('merge', ...parts, '-o', job.data.output);
}

/** A worker that vanishes holds its job for so long, in milliseconds; then another one gets it. */
const lockDuration = Number(process.env.CONVAE_LOCK_MS ?? 30_000);

function work(queue, name, task) {
  const logged = (job) => {
    console.log(`${name} ${job.name} begins`);
    return task(job);
  };
  const settings = { connection, concurrency: count(values.concurrency), lockDuration };
  // How often machines may vanish under one job.
  const patience = { stalledInterval: lockDuration, maxStalledCount: 100 };
  return reporting(new Worker(queue, logged, { ...settings, ...patience }))
    .on('completed', (job) => console.log(`${name} ${job.name} is done`))
    .on('failed', (job, error) => console.error(`${name} ${job?.name} failed: ${error.message}`));
}

const workers = [work(ENCODE, 'encode', encode), work(MERGE, 'merge', merge)];
console.log('waiting for jobs');
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => Promise.all(workers.map((worker) => worker.close())));
