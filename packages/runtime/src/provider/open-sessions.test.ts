import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Bundle, loadBundle } from '../bundle/load.js';
import { createCodec } from '../codec/codec.js';
import { ConvaeError } from '../errors.js';
import { noiseImages } from '../testing/expectations.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { type NetworkSessions, openSessions, type ProviderOptions } from './open-sessions.js';
import type { LoadOrt, OrtModule, OrtSession } from './ort.js';

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
      decoder: bundle.encoder!,
    });
    await expect(open({}, swap)).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });
});

/** ONNX Runtime's CPU under any provider's name; knows what is open, and the images of each run by provider. */
function observedOrt(mayRun: (provider: string, images: number) => boolean = () => true) {
  const open = new Set<OrtSession>();
  const runs: { provider: string; images: number }[] = [];
  const observe = (session: OrtSession, provider: string): OrtSession => {
    const observed: OrtSession = {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: async (feeds) => {
        const images = Object.values(feeds)[0]!.dims[0]!;
        runs.push({ provider, images });
        if (!mayRun(provider, images)) throw new Error(`no memory for ${images}`);
        return session.run(feeds);
      },
      release: async () => {
        open.delete(observed);
        await session.release();
      },
    };
    open.add(observed);
    return observed;
  };
  const load: LoadOrt = async (provider) => {
    const create: OrtModule['InferenceSession']['create'] = async (model) =>
      observe(await ort.InferenceSession.create(model, { intraOpNumThreads: 1 }), provider);
    return { ort: { InferenceSession: { create }, Tensor: ort.Tensor } as OrtModule };
  };
  return { load, open, runs };
}

describe('openSessions with auto', () => {
  const auto: ProviderOptions = {
    executionProviders: 'auto',
    baseProvider: 'cpu',
    available: ['cpu', 'webgpu', 'cuda'],
    strict: false,
  };

  const bundleOf = async (): Promise<Bundle> => loadBundle(await createTinyBundle());

  it('keeps one provider and releases the others', async () => {
    const { load, open } = observedOrt();
    const sessions = await openSessions(load, await bundleOf(), auto);
    expect(open.size).toBe(2);
    expect(sessions.passedOver).toHaveLength(2);
    for (const { reason } of sessions.passedOver) expect(reason).toMatch(/^slower here: .* for 64 image/);
    await Promise.all([sessions.encoder.release(), sessions.decoder.release()]);
    expect(open.size).toBe(0);
  });

  it('passes over a provider that cannot be measured, and releases it', async () => {
    const { load, open } = observedOrt((provider, images) => provider === 'cpu' || images === 1);
    const sessions = await openSessions(load, await bundleOf(), auto);
    expect(sessions.executionProvider).toBe('cpu');
    expect(sessions.passedOver).toEqual(
      ['webgpu', 'cuda'].map((provider) => ({
        provider,
        reason: `${provider} cannot run 64 image(s) at once: encoder.onnx failed to run: no memory for 64`,
      })),
    );
    expect(open.size).toBe(2);
  });

  it('releases everything where the base provider cannot be measured', async () => {
    const { load, open } = observedOrt((provider, images) => provider !== 'cpu' || images === 1);
    await expect(openSessions(load, await bundleOf(), auto)).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringMatching(/^memory: cpu cannot run 64 image\(s\) at once: .*no memory for 64$/),
    });
    expect(open.size).toBe(0);
  });

  it('releases everything where opening is stopped', async () => {
    const { load, open } = observedOrt();
    const stopped: LoadOrt = (provider) => {
      if (provider === 'cuda') throw new ConvaeError('ABORTED', 'enough');
      return load(provider);
    };
    await expect(openSessions(stopped, await bundleOf(), auto)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(open.size).toBe(0);
  });

  it('measures as many images as the codec then runs at once', async () => {
    const { manifest, ...rest } = await bundleOf();
    const image = { ...manifest.image, height: 512, width: 512 };
    const latent = { ...manifest.latent, height: 128, width: 128 };
    const bundle = { ...rest, manifest: { ...manifest, image, latent } };
    const { load, runs } = observedOrt();
    const sessions = await openSessions(load, bundle, { ...auto, available: ['cpu', 'webgpu'] });
    const measured = Math.max(...runs.map(({ images }) => images));
    runs.length = 0;
    await using codec = createCodec(bundle, sessions);
    await codec.embed(noiseImages(6, 512, 512));
    expect(runs.map(({ images }) => images)).toEqual([measured, 6 - measured]);
  });
});
