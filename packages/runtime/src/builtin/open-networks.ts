import type { Bundle } from '../bundle/load.js';
import type { LoadModule } from '../provider/builtin/kernels.js';
import { createBuiltin } from '../provider/builtin/session.js';
import { createBoth, graphError } from '../provider/create-both.js';
import type { NetworkSessions } from '../provider/open-sessions.js';
import { type Networks, releaseBoth, runProbe } from '../provider/probe.js';

/**
 * Loads both networks on the builtin provider and compares a run with the bundle's golden vector.
 * @throws ConvaeError GRAPH_INVALID or UNSUPPORTED where it cannot run them.
 */
export async function openNetworks(bundle: Bundle, loadModule: LoadModule): Promise<NetworkSessions> {
  try {
    const networks = await createBoth({ ort: createBuiltin(loadModule) }, bundle, {}, 'builtin');
    await checkProbe(bundle, networks);
    return { ...networks, executionProvider: 'builtin', passedOver: [], threads: 1, notices: [] };
  } catch (error) {
    throw graphError(error, bundle);
  }
}

async function checkProbe({ manifest, encoder }: Bundle, networks: Networks): Promise<void> {
  try {
    const output = await runProbe(manifest, networks);
    // Without the encoder there is no output that belongs to the stored latent.
    const golden = encoder && manifest.probe;
    if (golden === undefined) return;
    const { probeProblem } = await import('../provider/golden-vector.js');
    const problem = probeProblem(manifest, golden, output);
    if (problem !== undefined) throw new Error(problem);
  } catch (error) {
    await releaseBoth(networks);
    throw error;
  }
}
