import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { withoutChatter } from './chatter.js';

const CHATTER = [
  'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
  'I0000 00:00:1795780445.415446    3281 port.cc:153] oneDNN custom operations are on. You may see …',
];
const KEPT = [
  'E0000 00:00:1795780445.415446    3281 tensor.cc:12] out of memory',
  'W0000 00:00:1795780445.415446    3281 tensor.cc:12] slow',
  'F0000 00:00:1795780445.415446    3281 tensor.cc:12] check failed',
  'Images are being read: I0000 00:00:1.2 1 a.cc:1] is not at the start',
  '',
  'epoch 1/2 50%  ä',
];

async function filtered(text: string, size: number): Promise<Buffer> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return buffer(Readable.from(pieces).pipe(withoutChatter()));
}

it.each([1, 7, 64, 10_000])('leaves out chatter and nothing else, in pieces of %i bytes', async (size) => {
  const mixed = [KEPT[0], CHATTER[0], CHATTER[1], ...KEPT.slice(1)].join('\n');
  expect(await filtered(`${mixed}\n`, size)).toEqual(Buffer.from(`${KEPT.join('\n')}\n`));
  expect(await filtered(mixed, size)).toEqual(Buffer.from(KEPT.join('\n')));
});

it('keeps bytes that are no text', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0x0a, 0x80, 0x0d]);
  expect(await buffer(Readable.from([bytes]).pipe(withoutChatter()))).toEqual(bytes);
});
