import { bundles } from 'virtual:bundles';
import type { Prior } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { formatDecibels, formatKilobytes } from '../base/format.js';
import { type BundleEntry, takesPhotos } from '../codec/bundle-entry.js';
import type { Coding } from '../codec/session.js';
import { byId, choose, make, onChoice } from './dom.js';

const KINDS: Readonly<Record<BundleEntry['kind'], string>> = {
  'rate-distortion': 'Trained for few bytes',
  reconstruction: 'Trained to reconstruct',
  denoising: 'Trained to remove noise',
};

/** Model, quality and prior. */
export function mountSettings(app: App): void {
  const { session } = app;
  const model = byId('model', 'select');
  model.append(...Object.entries(KINDS).flatMap(([kind, label]) => groupOf(kind, label)));
  model.addEventListener('change', async () => {
    await app.open({ entry: bundles[Number(model.value)]! });
    // Where that failed, the one before still runs.
    if (session.running.value) showEntry(session.running.value.entry);
  });
  const quality = byId('quality', 'input');
  quality.addEventListener('input', () =>
    session.coding.set({ ...session.coding.value, quality: Number(quality.value) }),
  );
  onChoice('prior', (prior) => session.coding.set({ ...session.coding.value, prior: prior as Prior }));
  const exact = byId('exact', 'input');
  exact.addEventListener('change', () =>
    session.coding.set({ ...session.coding.value, exact: exact.checked }),
  );
  session.running.subscribe((running) => {
    if (!running) return;
    showEntry(running.entry);
    showCoding(running.entry, session.coding.value);
  });
  session.coding.subscribe((coding) => showCoding(session.running.value?.entry ?? bundles[0]!, coding));
}

function showCoding(entry: BundleEntry, coding: Coding): void {
  const quality = byId('quality', 'input');
  quality.max = String(entry.qualities - 1);
  quality.value = String(coding.quality);
  quality.disabled = coding.exact || entry.qualities === 1;
  byId('quality-text', 'output').textContent = coding.exact
    ? 'exact'
    : `${coding.quality} of ${entry.qualities - 1}`;
  byId('exact', 'input').checked = coding.exact;
  byId('prior-field', 'fieldset').disabled = coding.exact || entry.priors.length === 1;
  choose('prior', coding.prior);
}

/** The models of one kind, with their numbers in the list as values. */
function groupOf(kind: string, label: string): HTMLOptGroupElement[] {
  const options = bundles.flatMap((entry, i) =>
    entry.kind === kind ? [make('option', { value: String(i) }, nameOf(entry))] : [],
  );
  return options.length === 0 ? [] : [make('optgroup', { label }, ...options)];
}

/** What an image takes, and what the model does. */
function nameOf({ name, reference, typicalBytes, bytes }: BundleEntry): string {
  const title = reference ? `${name} (reference)` : name;
  const typical = typicalBytes === 0 ? '' : `, ${formatTypical(typicalBytes)}`;
  return `${title}${typical}, loads ${formatKilobytes(bytes)}`;
}

const formatTypical = (bytes: number): string =>
  bytes < 1000 ? `${bytes.toFixed(1)} bytes` : formatKilobytes(bytes);

/** The pictures that a model takes. */
function takesOf(entry: BundleEntry): string {
  const { channels, height, width } = entry.image;
  const kind = { 1: 'Grey pictures', 3: 'Pictures in colour', 4: 'Pictures in colour, transparent too' }[
    channels
  ];
  const size = takesPhotos(entry)
    ? `any size, trained on ${width} × ${height}`
    : `${width} × ${height} pixels`;
  return `${kind}, ${size}`;
}

function showEntry(entry: BundleEntry): void {
  byId('model', 'select').value = String(bundles.indexOf(entry));
  const { channels, height, width } = entry.latent;
  byId('model-note', 'p').textContent =
    `${takesOf(entry)}, ${channels} × ${height} × ${width} numbers each. Networks and tables are ${formatKilobytes(entry.bytes)}, fetched once.` +
    (entry.typicalBytes === 0
      ? ''
      : ` Images like those that it was trained on take ${formatTypical(entry.typicalBytes)} on average, at ${formatDecibels(entry.typicalPsnr)}.`);
  showExact(entry);
  byId('prior-note', 'p').textContent =
    entry.priors.length === 1
      ? 'This model has one: a table of probabilities for each place.'
      : 'Context guesses each number from those before it: fewer bytes, more time.';
}

function showExact({ exact }: BundleEntry): void {
  byId('exact-field', 'div').hidden = exact === null;
  if (exact === null) return;
  byId('exact-note', 'p').textContent =
    `By ${exact.name}, without networks: loads ${formatKilobytes(exact.bytes)} when first chosen.`;
}
