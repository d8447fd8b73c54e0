import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Bundle, loadBundle } from '../bundle/load.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import type { ExecutionProvider } from './execution-provider.js';
import { createGraphSession } from './graph-session.js';
import { probeInput } from './probe.js';
import { createRunQueue } from './queue.js';
import { type LosableSessions, losableDevice, type Reopen, recoverable } from './recovery.js';

const bundle: Bundle = await loadBundle(await createTinyBundle());
const { image, latent } = bundle.manifest;

/** Real sessions on the CPU, on a device that the test says is lost; `lose` is what a graphics driver would do. */
async function openDevice(executionProvider: ExecutionProvider) {
  let lose!: (reason: string) => void;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const device = losableDevice(lost);
  const open = (graph: 'encoder' | 'decoder') =>
    createGraphSession(
      ort,
      bundle[graph]!,
      bundle.manifest[graph],
      { executionProviders: ['cpu'], logSeverityLevel: 4 },
      createRunQueue(),
      device.guard,
    );
  const networks = { encoder: await open('encoder'), decoder: await open('decoder') };
  const sessions: LosableSessions = {
    ...networks,
    executionProvider,
    passedOver: [],
    threads: 1,
    notices: [],
    lost,
  };
  return { sessions, lose };
}

type Device = Awaited<ReturnType<typeof openDevice>>;

/** Sessions on a first device, and all that were opened after it. */
async function recovering(mayReopen: (where: 'same' | 'base') => boolean = () => true) {
  const devices: Device[] = [await openDevice('webgpu')];
  const reopen: Reopen = async (where) => {
    if (!mayReopen(where)) throw new Error(`no ${where} today`);
    devices.push(await openDevice(where === 'same' ? 'webgpu' : 'wasm'));
    return devices.at(-1)!.sessions;
  };
  const sessions = recoverable(devices[0]!.sessions, reopen);
  const run = () => sessions.encoder.run(probeInput(bundle.manifest), 1, image, latent);
  return { sessions, run, devices };
}

describe('recoverable sessions', () => {
  it('go on on a new device, once, and then on the base provider', async () => {
    const { sessions, run, devices } = await recovering();
    const expected = await run();
    expect(sessions).toMatchObject({ executionProvider: 'webgpu', notices: [], passedOver: [] });
    devices[0]!.lose('unplugged');
    expect(await run()).toEqual(expected);
    expect(sessions).toMatchObject({
      executionProvider: 'webgpu',
      notices: ['the webgpu device was lost (unplugged) and recreated'],
      passedOver: [],
    });
    devices[1]!.lose('driver');
    expect(await run()).toEqual(expected);
    expect(sessions.executionProvider).toBe('wasm');
    expect(sessions.passedOver).toEqual([
      { provider: 'webgpu', reason: 'the device was lost again (driver)' },
    ]);
    expect(sessions.notices[1]).toContain('it runs on wasm now');
    expect(devices.length).toBe(3);
    await Promise.all([sessions.encoder.release(), sessions.decoder.release()]);
  });

  it('are opened once, however many runs the loss interrupts', async () => {
    const { run, devices } = await recovering();
    const expected = await run();
    const runs = Array.from({ length: 20 }, run);
    devices[0]!.lose('unplugged');
    for (const output of await Promise.all(runs)) expect(output).toEqual(expected);
    expect(devices.length).toBe(2);
  });

  it('fall to the base provider at once where no new device can be had', async () => {
    const { sessions, run, devices } = await recovering((where) => where === 'base');
    const expected = await run();
    devices[0]!.lose('unplugged');
    expect(await run()).toEqual(expected);
    expect(sessions.executionProvider).toBe('wasm');
    expect(sessions.passedOver[0]!.reason).toBe('the device was lost and cannot be recreated (unplugged)');
  });

  it('try again with the next run where nothing could be opened', async () => {
    let closed = true;
    const { run, devices } = await recovering(() => !closed);
    const expected = await run();
    devices[0]!.lose('unplugged');
    await expect(run()).rejects.toThrow('no base today');
    closed = false;
    expect(await run()).toEqual(expected);
  });

  it('are not opened anew once they are released', async () => {
    const { sessions, run, devices } = await recovering();
    await Promise.all([sessions.encoder.release(), sessions.decoder.release()]);
    devices[0]!.lose('unplugged');
    await new Promise((resolve) => setTimeout(resolve));
    await expect(run()).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(devices.length).toBe(1);
  });

  it('leave other failures as they are', async () => {
    const { sessions, run, devices } = await recovering();
    const bad = sessions.encoder.run(new Float32Array(128), 1, { ...image, channels: 2 }, latent);
    await expect(bad).rejects.toMatchObject({ code: 'RUN_FAILED' });
    expect((await run()).length).toBe(8);
    expect(devices.length).toBe(1);
  });
});
