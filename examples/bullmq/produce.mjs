// Hands the shards of one container to the workers, and waits until they are merged:
//   node produce.mjs IN… -o all.cae --bundle DIR [--shards 16] [--quality Q] [--prior NAME] [--chunk N]
// The job goes on where this program ends early.
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlowProducer, Queue } from 'bullmq';
import { connection, count, ENCODE, MERGE, options, reporting } from './queue.mjs';

const POLL_MS = 500;
/** Tries of a job, the first one included, and the time before the second; it doubles. */
const RETRIES = { attempts: 5, backoff: { type: 'exponential', delay: 1000 } };

const text = { type: 'string' };
const { positionals: inputs, values } = options(
  {
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      bundle: text,
      shards: { ...text, default: '16' },
      quality: text,
      prior: text,
      chunk: text,
    },
  },
  ({ positionals, values: { output, bundle, shards } }) =>
    positionals.length > 0 && output && bundle && count(shards) > 0,
  'usage: node produce.mjs IN… -o FILE --bundle DIR [--shards N] [--quality Q] [--prior NAME] [--chunk N]',
);

/** A job for each shard, and one for the merge that waits for them. */
function flowOf({ output, bundle, shards, ...flags }) {
  const of = count(shards);
  const data = {
    inputs: inputs.map((input) => resolve(input)),
    output: resolve(output),
    bundle: resolve(bundle),
    flags: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
  };
  const children = Array.from({ length: of }, (_, i) => ({
    name: `${i + 1}/${of}`,
    queueName: ENCODE,
    data: { ...data, shard: `${i + 1}/${of}` },
    opts: { ...RETRIES, failParentOnFailure: true },
  }));
  return { name: data.output, queueName: MERGE, data: { output: data.output }, opts: RETRIES, children };
}

/** Waits until a job of the queue is over, and says how many shards are done. */
async function finished(queue, id) {
  for (let shown = -1; ; await sleep(POLL_MS)) {
    const job = await queue.getJob(id);
    const state = await job.getState();
    if (state === 'completed' || state === 'failed')
      return { state, returnvalue: job.returnvalue, failedReason: job.failedReason };
    const { processed } = await job.getDependenciesCount({ processed: true });
    if (processed !== shown) console.log(`${processed} of ${values.shards} shards`);
    shown = processed;
  }
}

const producer = reporting(new FlowProducer({ connection }));
const queue = reporting(new Queue(MERGE, { connection }));
const { job } = await producer.add(flowOf(values));
const { state, returnvalue, failedReason } = await finished(queue, job.id);
console.log(state === 'completed' ? JSON.stringify(returnvalue) : `failed: ${failedReason}`);
process.exitCode = state === 'completed' ? 0 : 1;
await Promise.all([producer.close(), queue.close()]);
