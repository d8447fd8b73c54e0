import { wasmBytes } from 'virtual:bundles';
import type { App } from '../app/app.js';
import { formatMegabytes, formatRate } from '../base/format.js';
import { latest } from '../base/latest.js';
import type { ProviderChoice } from '../codec/host.js';
import type { Running } from '../codec/session.js';
import { measureThroughput, type Throughput } from '../codec/throughput.js';
import { byId, choose, make, onChoice } from './dom.js';

const NAMES: Readonly<Record<string, string>> = {
  wasm: 'WebAssembly',
  webgpu: 'WebGPU',
  builtin: 'Builtin',
};

/** What the networks run on, why, and how fast that is here. */
export function mountEngine(app: App): void {
  const { session } = app;
  const button = byId('measure', 'button');
  byId('webgpu-size', 'span').textContent = formatMegabytes(wasmBytes.webgpu);
  onChoice('provider', async (provider) => {
    await app.open({ provider: provider as ProviderChoice });
    // Where that failed, the one before still runs.
    if (session.running.value) choose('provider', session.running.value.provider);
  });
  const cannotMeasure = (error: unknown): void => app.fail('The speed cannot be measured', error);
  const measure = latest(async () => {
    const running = session.running.value;
    if (!running) return;
    showRates('measuring …');
    const image = app.drawnFor(running);
    if (!image) return;
    const rates = await measureThroughput(running.codec, image).catch(() => 'not measured');
    if (session.running.value !== running) return;
    showRates(rates);
    showState(running);
  }, cannotMeasure);
  session.running.subscribe((running) => {
    button.disabled = !running;
    if (!running) return;
    choose('provider', running.provider);
    showState(running);
    // The rates shown so far belong to another model or provider.
    showRates('measuring …');
    setTimeout(measure, SETTLE_MS);
  });
  // After the loss of a device it runs elsewhere.
  app.shown.subscribe((shown) => shown && showState(shown.running));
  button.addEventListener('click', measure);
}

/** The first picture comes first. */
const SETTLE_MS = 600;

function showRates(rates: Throughput | string): void {
  const show = (id: string, which: keyof Throughput): void => {
    byId(id, 'dd').textContent = typeof rates === 'string' ? rates : `${formatRate(rates[which])} images/s`;
  };
  show('encoder-rate', 'encoder');
  show('decoder-rate', 'decoder');
}

function showState({ codec }: Running): void {
  byId('runs-on', 'dd').textContent = NAMES[codec.executionProvider] ?? codec.executionProvider;
  byId('threads', 'dd').textContent = threadText(codec.threads);
  const reasons = codec.passedOver.map(
    ({ provider, reason }) => `${NAMES[provider] ?? provider} was passed over: ${reason}.`,
  );
  const notices = [
    ...reasons,
    ...codec.notices.map((notice) => `${notice.charAt(0).toUpperCase()}${notice.slice(1)}.`),
  ];
  const list = byId('notices', 'ul');
  if (notices.join() !== [...list.children].map(({ textContent }) => textContent).join())
    list.replaceChildren(...notices.map((notice) => make('li', {}, notice)));
}

function threadText(threads: number | undefined): string {
  if (!crossOriginIsolated) return '1 (this host does not send the headers for more)';
  return String(threads ?? 1);
}
