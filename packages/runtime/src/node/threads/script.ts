// What a thread runs: a codec of its own, one task after the other. It ends by itself when it is told to: a thread that
// is ended from outside while ONNX Runtime works in it takes the whole process with it.
import { parentPort, workerData } from 'node:worker_threads';
import { type Bundle, isLosslessBundle, type LosslessBundle } from '../../bundle/load.js';
import { BundleContext } from '../../bundle/open-context.js';
import { checkNotAborted } from '../../checks.js';
import type { BitstreamCodec } from '../../codec/bitstream-codec.js';
import type { CodingContext } from '../../codec/coding/index.js';
import type { Codec } from '../../codec/interface.js';
import type { ImageBatch } from '../../image.js';
import { joinBatches } from '../../join-batches.js';
import { packError } from '../../messages/errors.js';
import { pack } from '../../messages/transfer.js';
import { openCodec } from '../load-codec.js';
import type { Answer, Order, TaskName, Tasks, ThreadData, ThreadEnd } from './messages.js';

type TaskOrder = Extract<Order, { id: number }>;

const port = parentPort!;
const { bundle, options, ended } = workerData as ThreadData & ThreadEnd;

const opened = openCodec(whole(bundle), options) as Promise<Codec & BitstreamCodec>;
// Each task tells the error.
opened.catch(() => undefined);

const calls = new Map<number, AbortController>();
let last = Promise.resolve();

port.on('message', (order: Order) => {
  if ('end' in order) void end();
  else if ('stop' in order) calls.get(order.stop)?.abort();
  else {
    const call = new AbortController();
    calls.set(order.id, call);
    last = last.then(() => answer(order, call.signal));
  }
});

async function answer(order: TaskOrder, signal: AbortSignal): Promise<void> {
  try {
    const { value, transfer } = pack(await perform(order, signal), true);
    port.postMessage({ id: order.id, value } as Answer, transfer);
  } catch (error) {
    port.postMessage({ id: order.id, error: packError(error) } satisfies Answer);
  } finally {
    calls.delete(order.id);
  }
}

async function perform(order: TaskOrder, signal: AbortSignal): Promise<Tasks[TaskName]['result']> {
  const codec = await opened;
  checkNotAborted(signal);
  if (order.name === 'open') return null;
  if (order.name === 'encode') return encode(codec.coding(), order.given as Tasks['encode']['given'], signal);
  return decode(codec.coding(), order.given as Tasks['decode']['given'], signal);
}

async function encode(
  context: CodingContext,
  { images, each, settings, effort }: Tasks['encode']['given'],
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const payloads: Uint8Array[] = [];
  for await (const payload of context.encode(images, each, settings, { effort, signal }))
    payloads.push(payload);
  return payloads;
}

async function decode(
  context: CodingContext,
  { payload, coded }: Tasks['decode']['given'],
  signal: AbortSignal,
): Promise<ImageBatch> {
  const pieces: ImageBatch[] = [];
  const decoded = await context.decode(payload, coded, { signal });
  for await (const images of decoded.images(0, coded.count, { signal })) pieces.push(images);
  return pieces.length === 1 ? pieces[0]! : joinBatches(pieces);
}

async function end(): Promise<void> {
  for (const call of calls.values()) call.abort();
  await last;
  await opened.then((codec) => codec.dispose()).catch(() => undefined);
  Atomics.store(ended, 0, 1);
  Atomics.notify(ended, 0);
  // Nothing else is left to wait for: the thread ends.
  port.close();
}

/** A bundle as it was before it was sent: of an object, only the data cross. */
function whole(sent: Bundle | LosslessBundle): Bundle | LosslessBundle {
  if (isLosslessBundle(sent) || !sent.coding?.context) return sent;
  const context = new BundleContext(sent.coding.context.model, sent.manifest);
  return { ...sent, coding: { ...sent.coding, context } };
}
