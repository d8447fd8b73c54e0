import type { ImageBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { formatDecibels } from '../base/format.js';
import { latest, whenIdle, whileVisible } from '../base/latest.js';
import type { BundleEntry, TrainedNoise } from '../codec/bundle-entry.js';
import { Denoiser, denoisingEntry } from '../codec/denoising.js';
import { addNoise } from '../picture/noise.js';
import { fitPicture, toImage } from '../picture/picture.js';
import { psnrOf } from '../picture/quality.js';
import { byId } from './dom.js';
import { currentPalette, paintImage } from './paint.js';

const IDLE_MS = 150;

/** Noise goes in; what the networks make of it comes out. */
export function mountNoise(app: App): void {
  const { session } = app;
  const slider = byId('noise', 'input');
  const denoiser = new Denoiser(session);
  let seed = 1;
  let images: { noisy: ImageBatch; cleaned: ImageBatch } | undefined;
  let entry: BundleEntry | undefined;

  const repaint = (): void => {
    if (!images) return;
    paintImage(byId('noise-in', 'canvas'), images.noisy, currentPalette());
    paintImage(byId('noise-out', 'canvas'), images.cleaned, currentPalette());
  };
  const failed = (error: unknown): void => app.fail(`${entry?.name} cannot remove the noise`, error);
  const update = latest(async () => {
    const now = entry;
    if (!now) return;
    const picture = fitPicture(app.pictures.current.value, now.image);
    const clean = toImage(picture);
    const noisy = toImage(addNoise(picture, { kind: kindOf(now), level: levelOf(slider) }, seed));
    const cleaned = await denoiser.denoise(now, noisy);
    images = { noisy, cleaned };
    repaint();
    byId('noise-in-psnr', 'span').textContent = formatDecibels(psnrOf(clean, noisy));
    byId('noise-out-psnr', 'span').textContent = formatDecibels(psnrOf(clean, cleaned));
  }, failed);
  const request = whileVisible(byId('noise-section', 'section' as 'div'), update);
  const slide = (): void => {
    byId('noise-text', 'output').textContent = levelText(kindOf(entry), levelOf(slider));
    request();
  };
  slider.addEventListener('input', slide);
  byId('noise-again', 'button').addEventListener('click', () => {
    seed += 1;
    request();
  });
  session.running.subscribe((running) => {
    const next = running && denoisingEntry(running.entry);
    if (!next || next === entry) return;
    entry = next;
    byId('noise-lead', 'p').textContent = leadOf(entry);
    if (entry.noise) slider.value = String(50 * (entry.noise.from + Math.min(1, entry.noise.to)));
    slide();
  });
  app.shown.subscribe(whenIdle(IDLE_MS, request));
  app.theme.subscribe(repaint);
}

const kindOf = (entry: BundleEntry | undefined): TrainedNoise['kind'] => entry?.noise?.kind ?? 'gaussian';

const levelOf = (slider: HTMLInputElement): number => Number(slider.value) / 100;

const percent = (level: number): string => `${Math.round(100 * level)} %`;

const levelText = (kind: TrainedNoise['kind'], level: number): string =>
  kind === 'gaussian' ? `${level.toFixed(2)} of the range` : `${percent(level)} of the pixels`;

function leadOf({ name, noise }: BundleEntry): string {
  if (noise === null)
    return 'None of these models was trained to remove noise. This is what the chosen one makes of it: it knows little but digits, so some of the noise gets lost.';
  const { kind, from, to } = noise;
  const levels = kind === 'gaussian' ? [from.toFixed(2), to.toFixed(2)] : [percent(from), percent(to)];
  const range = from === to ? levels[1] : levels.join(' to ');
  const what =
    kind === 'gaussian' ? `Gaussian noise of ${range} of the range` : `noise on ${range} of its pixels`;
  return `The model ${name} was trained to give the clean picture back from one with ${what}.`;
}
