/// <reference lib="dom" />
import { loadCodec } from '@convae/runtime/web';
import { webgpu } from '@convae/runtime/webgpu';
import { expect, it } from 'vitest';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import { webGpuContext } from '../../packages/runtime/src/web/webgpu-device.js';

const URL = '/test/vectors/data/tiny-bundle';
const strict = { executionProviders: ['webgpu'], webgpu, strict: true, threads: 1 } as const;
const images = noiseImages(3);

/** What a driver's crash or the system does. */
const loseDevice = async (): Promise<void> => (await webGpuContext()).device.destroy();

it('creates, disposes and creates again', async () => {
  await using wasm = await loadCodec(URL, { threads: 1 });
  const expected = await wasm.encodeBatch(images);
  for (let i = 0; i < 3; i++) {
    await using codec = await loadCodec(URL, strict);
    expect(codec.executionProvider).toBe('webgpu');
    expect(await codec.encodeBatch(images)).toEqual(expected);
  }
});

it('lets two codecs take turns on the one device', async () => {
  await using one = await loadCodec(URL, strict);
  await using two = await loadCodec(URL, strict);
  const expected = await one.encodeBatch(images);
  const calls = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).encodeBatch(images));
  for (const streams of await Promise.all(calls)) expect(streams).toEqual(expected);
});

it('recovers a lost device once, then runs on WASM, and says so', async () => {
  await using codec = await loadCodec(URL, strict);
  const expected = await codec.encodeBatch(images);
  // Several calls are under way, and the next run begins before anybody knows of the loss.
  const interrupted = [codec.encodeBatch(images), codec.encodeBatch(images)];
  await loseDevice();
  for (const streams of await Promise.all(interrupted)) expect(streams).toEqual(expected);
  expect(codec.executionProvider).toBe('webgpu');
  expect(codec.notices).toEqual([expect.stringMatching(/^the webgpu device was lost .* recreated$/)]);

  await loseDevice();
  expect(await codec.encodeBatch(images)).toEqual(expected);
  expect(codec.executionProvider).toBe('wasm');
  expect(codec.passedOver).toEqual([{ provider: 'webgpu', reason: expect.stringContaining('lost again') }]);
  expect(codec.notices[1]).toContain('it runs on wasm now');

  await using other = await loadCodec(URL, strict);
  expect(await other.encodeBatch(images)).toEqual(expected);
});

it('measures all with auto, takes the fastest, and gives the figures', async () => {
  await using codec = await loadCodec(URL, { executionProviders: 'auto', webgpu, batchSize: 1, threads: 1 });
  const others = ['wasm', 'webgpu', 'builtin'].filter((name) => name !== codec.executionProvider);
  expect(codec.passedOver.map(({ provider }) => provider).sort()).toEqual(others.sort());
  for (const { reason } of codec.passedOver)
    expect(reason).toMatch(/^slower here: .* ms for 1 image\(s\), .* ms on/);
});
