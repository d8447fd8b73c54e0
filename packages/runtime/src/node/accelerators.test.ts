import { describe, expect, it } from 'vitest';
import { codecContract } from '../testing/codec-contract.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { loadCodec } from './load-codec.js';

/** Why an execution provider does not run here; undefined where it does. */
async function whyNot(provider: 'cuda' | 'webgpu'): Promise<string | undefined> {
  try {
    const codec = await loadCodec(await createTinyBundle(), { executionProviders: [provider], strict: true });
    await codec.dispose();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

for (const provider of ['cuda', 'webgpu'] as const) {
  const problem = await whyNot(provider);
  if (problem === undefined) {
    // Graphs that no provider takes fall through to the CPU, which tells what is wrong with them; all others must not.
    codecContract(`Node ${provider}`, async (bundle, options) => {
      const codec = await loadCodec(bundle, { ...options, executionProviders: [provider] });
      expect(codec).toMatchObject({ executionProvider: provider, passedOver: [] });
      return codec;
    });
  } else {
    console.warn(`SKIPPED: the contract suite on Node ${provider}: ${problem}`);
    describe.skip(`codec on Node ${provider}`, () => {
      it('needs a graphics processor', () => undefined);
    });
  }
}
