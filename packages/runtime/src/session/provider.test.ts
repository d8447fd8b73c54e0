import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Bundle, loadBundle } from '../bundle/load.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { type NetworkSessions, openSessions, type ProviderOptions } from './provider.js';

async function open(
  options: Partial<ProviderOptions>,
  change: (bundle: Bundle) => Bundle = (b) => b,
): Promise<NetworkSessions> {
  const bundle = change(await loadBundle(await createTinyBundle()));
  return openSessions(ort, bundle, {
    executionProviders: ['cpu'],
    baseProvider: 'cpu',
    strict: false,
    ...options,
  });
}

describe('openSessions', () => {
  it('passes over what ONNX Runtime itself cannot start, with its words as the reason', async () => {
    // onnxruntime-node has no wasm provider, so its own error is what we get.
    const sessions = await open({ executionProviders: ['wasm'] });
    expect(sessions.executionProvider).toBe('cpu');
    expect(sessions.passedOver).toEqual([
      { provider: 'wasm', reason: expect.stringContaining('backend not found') },
    ]);
  });

  it('tries providers in order and none twice', async () => {
    const tried: string[] = [];
    const whyUnavailable = (provider: string): string | undefined => {
      tried.push(provider);
      return provider === 'cpu' ? undefined : 'not today';
    };
    const sessions = await open({ executionProviders: ['webgpu', 'cuda', 'webgpu', 'cpu'], whyUnavailable });
    expect(tried).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(sessions.passedOver).toEqual([
      { provider: 'webgpu', reason: 'not today' },
      { provider: 'cuda', reason: 'not today' },
    ]);
  });

  it('tries only the first with strict', async () => {
    const opening = open({ executionProviders: ['wasm', 'cpu'], strict: true });
    await expect(opening).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE', cause: expect.any(Error) });
  });

  it('blames the graph where the base provider cannot load it', async () => {
    const damage = (bundle: Bundle): Bundle => ({ ...bundle, decoder: bundle.decoder.subarray(0, 60) });
    await expect(open({}, damage)).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringMatching(/^memory: decoder\.onnx cannot be loaded: /),
    });
  });

  it('blames the graph where it is not that of the manifest, without trying further providers', async () => {
    const swap = (bundle: Bundle): Bundle => ({
      ...bundle,
      encoder: bundle.decoder,
      decoder: bundle.encoder,
    });
    await expect(open({}, swap)).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });
});
