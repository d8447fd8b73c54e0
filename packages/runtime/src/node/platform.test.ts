import { describe, expect, it } from 'vitest';
import { loadBundle } from '../bundle/load.js';
import { createCodec } from '../codec/codec.js';
import { openSessions } from '../provider/open-sessions.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { importOnnxRuntime } from './onnxruntime.js';
import { openPlatform } from './platform.js';

/** As where onnxruntime-node is not installed. */
const absent = 'onnxruntime-node-that-is-not-there';
const importAbsent = (): ReturnType<typeof importOnnxRuntime> =>
  importOnnxRuntime(() => import(/* @vite-ignore */ absent));

describe('without onnxruntime-node', () => {
  it('a codec runs on the builtin provider, and its notices say why', async () => {
    const { load, baseProvider } = await openPlatform(['cpu'], false, importAbsent);
    expect(baseProvider).toBe('builtin');
    const bundle = await loadBundle(await createTinyBundle());
    const options = { executionProviders: ['cpu'], baseProvider, strict: false } as const;
    await using codec = createCodec(bundle, await openSessions(load, bundle, options));
    expect(codec).toMatchObject({ executionProvider: 'builtin', passedOver: [{ provider: 'cpu' }] });
    expect(codec.notices).toEqual([expect.stringMatching(/onnxruntime-node is not installed.*builtin/)]);
    expect((await codec.embed(noiseImages(2))).count).toBe(2);
  });

  it('strict refuses', async () => {
    const opening = openPlatform(['cpu'], true, importAbsent);
    await expect(opening).rejects.toMatchObject({ code: 'DEPENDENCY_MISSING' });
  });

  it('the builtin provider runs with strict, too, and nothing else is loaded', async () => {
    const importNothing = (): never => {
      throw new Error('it was loaded');
    };
    const { load } = await openPlatform(['builtin'], true, importNothing);
    expect(await load('builtin')).toMatchObject({ threads: 1, notices: [] });
  });
});

it('with onnxruntime-node the CPU stays the base', async () => {
  const { load, baseProvider } = await openPlatform(['cpu'], false);
  expect(baseProvider).toBe('cpu');
  expect((await load('builtin')).notices).toEqual([]);
});
