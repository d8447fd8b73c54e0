import type { App } from '../app/app.js';
import { formatBytes, formatDecibels } from '../base/format.js';
import { latest, whenIdle, whileVisible } from '../base/latest.js';
import { type Coded, codeImage } from '../codec/live.js';
import { byId, make } from './dom.js';

interface Place {
  readonly quality: number;
  readonly bytes: number;
  readonly psnr: number;
}

/** Time without a new picture before every quality is tried, milliseconds. */
const IDLE_MS = 400;

/** Bytes and PSNR of the present picture at every quality of the model. */
export function mountCurve(app: App): void {
  const panel = byId('curve', 'div');
  const failed = (error: unknown): void => app.fail('The qualities cannot be compared', error);
  const measure = latest(async () => {
    const { value: shown } = app.shown;
    // A photo takes long enough at one quality.
    if (shown?.kind !== 'coded' || shown.changedAt !== undefined || shown.photo) return;
    const places = await placesOf(shown);
    if (app.shown.value === shown) draw(panel, places, shown.quality);
  }, failed);
  app.shown.subscribe(whenIdle(IDLE_MS, whileVisible(panel, measure)));
  panel.addEventListener('click', ({ target }) => {
    const { quality } = (target as HTMLElement).closest<HTMLElement>('[data-quality]')?.dataset ?? {};
    if (quality !== undefined)
      app.session.coding.set({ ...app.session.coding.value, quality: Number(quality) });
  });
}

async function placesOf({ running, original, prior }: Coded): Promise<Place[]> {
  const places: Place[] = [];
  for (let quality = 0; quality < running.entry.qualities; quality++) {
    const { bytes, psnr } = await codeImage(running, original, { quality, prior, exact: false });
    places.push({ quality, bytes: bytes.length, psnr });
  }
  return places;
}

/**
 * Dots over a field: right is more bytes, up is closer. Each dot is a button that chooses its quality. The buttons stay
 * what they are from picture to picture: a press that meets a new one half-way is lost.
 */
function draw(panel: HTMLElement, places: readonly Place[], present: number): void {
  const finite = places.map((place) => ({ ...place, psnr: Math.min(99, place.psnr) }));
  const most = Math.max(...finite.map(({ bytes }) => bytes)) * 1.06;
  const low = Math.min(...finite.map(({ psnr }) => psnr)) - 1;
  const high = Math.max(...finite.map(({ psnr }) => psnr)) + 1;
  for (const [i, dot] of dotsOf(panel, places.length).entries()) {
    const { quality, bytes, psnr } = places[i]!;
    dot.title = `${formatBytes(bytes)}, ${formatDecibels(psnr)}`;
    dot.setAttribute('aria-label', `Quality ${quality}: ${dot.title}`);
    dot.setAttribute('aria-pressed', String(quality === present));
    dot.dataset.quality = String(quality);
    dot.style.left = `${(bytes / most) * 100}%`;
    dot.style.bottom = `${((finite[i]!.psnr - low) / (high - low)) * 100}%`;
  }
  const axis = (className: string, ...text: string[]): HTMLElement =>
    make('p', { className }, ...text.map((each) => make('span', {}, each)));
  for (const old of panel.querySelectorAll('p')) old.remove();
  panel.prepend(axis('axis-y', formatDecibels(high), formatDecibels(low)));
  panel.append(axis('axis-x', '0 bytes', formatBytes(Math.round(most))));
}

/** So many buttons in the field of the panel: those that are there, and new ones. */
function dotsOf(panel: HTMLElement, count: number): HTMLButtonElement[] {
  const field = panel.querySelector('div') ?? make('div', { className: 'field-of-dots' });
  if (!field.parentElement) panel.append(field);
  while (field.children.length > count) field.lastElementChild!.remove();
  while (field.children.length < count) field.append(make('button', { type: 'button' }));
  return [...field.children] as HTMLButtonElement[];
}
